"""What every route of the app and every operation of the REST API asks of whoever calls it (APP-PERM-1).

Written from the matrix of roles, not from the code: ``tests/auth/test_every_route.py`` holds the code against
it. A route or operation that has no line here fails that test. ``open``: everybody; ``signed_in``: everybody
with a session; otherwise the name of the capability.
"""

_ROUTES = """
GET      /static/{name:path}                                        open
GET      /llms.txt                                                  open
GET      /llms-full.txt                                             open
GET      /sdk/{language}/{name}                                     open
GET      /docs/search                                               open
GET      /docs/search.json                                          open
GET      /docs/theme                                                open
GET      /docs/changelog.atom                                       open
GET      /docs/openapi/{release}.json                               open
GET      /docs/api/changelog/diff                                   open
GET      /docs.md                                                   open
GET      /docs                                                      open
GET      /docs/{path:path}                                          open
GET+POST /login                                                     open
POST     /login/code                                                open
GET+POST /login/confirm                                             open
POST     /logout                                                    signed_in
POST     /profile/theme                                             signed_in
GET      /profile                                                   signed_in
GET      /profile/preferences                                       signed_in
GET+POST /profile/notifications                                     signed_in
POST     /profile/save/{group}                                      signed_in
POST     /profile/address                                           signed_in
GET+POST /profile/address/{token}                                   open
GET      /profile/sessions                                          signed_in
POST     /profile/sessions/end-others                               signed_in
POST     /profile/sessions/{id}/end                                 signed_in
GET      /admin                                                     administer
GET      /admin/general                                             administer
GET+POST /admin/general/slug                                        administer
GET+POST /admin/general/transfer                                    own_workspace
GET+POST /admin/general/delete                                      own_workspace
GET      /workspaces                                                signed_in
POST     /workspaces/{id}/open                                      signed_in
POST     /workspaces/{id}/restore                                   signed_in
POST     /admin/general/{group}                                     administer
GET+POST /admin/api-keys                                            administer
GET      /admin/api-keys/new                                        administer
GET+POST /admin/api-keys/{id}/revoke                                administer
GET+POST /admin/api-keys/test-data                                  administer
GET      /admin/mail                                                administer
GET      /admin/mail/{number}                                       administer
GET      /notifications                                             signed_in
POST     /notifications/read                                        signed_in
GET      /notifications/{id}                                        signed_in
GET      /admin/limits                                              administer
GET      /admin/limits/keys                                         administer
GET+POST /admin/limits/{name}                                       administer
GET      /admin/team                                                manage_team
GET+POST /admin/team/invite                                         manage_team
GET+POST /admin/team/invite-many                                    manage_team
POST     /admin/team/invite-many/check                              manage_team
POST     /admin/team/invites/{id}/resend                            manage_team
GET+POST /admin/team/invites/{id}/revoke                            manage_team
GET+POST /admin/team/invites/{id}/role                              manage_team
GET+POST /admin/team/{number}/role                                  manage_team
GET+POST /admin/team/{number}/deactivate                            manage_team
GET+POST /admin/team/{number}/grants                                manage_team
GET+POST /admin/team/{number}/place                                 manage_team
POST     /admin/team/{number}/reactivate                            manage_team
GET+POST /invite/{token}                                            open
GET      /admin/logs                                                administer
GET      /admin/logs/export.csv                                     administer
GET      /admin/logs/requests                                       administer
GET      /admin/logs/requests/{request_id}                          administer
GET      /admin/audit-log                                           open
GET+POST /admin/developer/webhooks                                  manage_webhooks
GET      /admin/developer/webhooks/new                              manage_webhooks
GET      /admin/developer/webhooks/{number}                         manage_webhooks
GET      /admin/developer/webhooks/{number}/live                    manage_webhooks
GET      /admin/developer/webhooks/{number}/ping                    manage_webhooks
POST     /admin/developer/webhooks/{number}/settings                manage_webhooks
POST     /admin/developer/webhooks/{number}/enable                  manage_webhooks
GET+POST /admin/developer/webhooks/{number}/disable                 manage_webhooks
GET+POST /admin/developer/webhooks/{number}/delete                  manage_webhooks
GET+POST /admin/developer/webhooks/{number}/rotate                  manage_webhooks
GET      /admin/developer/webhooks/{number}/deliveries/{delivery}   manage_webhooks
POST     /admin/developer/webhooks/{number}/replay                  manage_webhooks
GET+POST /admin/developer/webhooks/{number}/test                    manage_webhooks
GET      /admin/developer/webhooks/{number}/deliveries/{delivery}/answer manage_webhooks
GET+POST /admin/developer/webhooks/{number}/recover                 manage_webhooks
GET      /admin/developer/webhooks/{number}/recover/count           manage_webhooks
GET      /admin/developer/webhooks/{number}/recoveries/{job}        manage_webhooks
GET      /admin/developer/events                                    manage_webhooks
GET      /admin/developer/events/{event}                            manage_webhooks
POST     /admin/developer/events/{event}/resend                     manage_webhooks
GET      /admin/developer/objects/{kind}/{number}                   manage_webhooks
GET      /admin/jobs                                                administer
GET      /admin/jobs/live                                           administer
GET+POST /admin/jobs/{id}/cancel                                    administer
POST     /admin/jobs/{id}/retry                                     administer
GET      /admin/jobs/{id}/files/{file}                              administer
GET      /bulk/{job}                                                signed_in
GET      /bulk/{job}/live                                           signed_in
POST     /bulk/{job}/cancel                                         signed_in
GET      /bulk/{job}/files/{file}                                   signed_in
GET      /files/{id}                                                open
GET      /search                                                    signed_in
GET      /search/total                                              signed_in
GET+POST /customers/export                                          export_data
GET      /customers/import/runs/{job}                               import_data
GET      /customers/import/runs/{job}/live                          import_data
POST     /customers/import/runs/{job}/cancel                        import_data
GET      /customers/import/runs/{job}/files/{file}                  import_data
GET      /customers/import/{id}/checks/{job}                        import_data
GET      /customers/import/{id}/checks/{job}/live                   import_data
POST     /customers/import/{id}/checks/{job}/run                    import_data
GET+POST /customers/import                                          import_data
GET+POST /customers/import/{id}                                     import_data
POST     /customers/bulk                                             bulk_edit_customers
GET+POST /customers/new                                             create_customers
GET+POST /customers/{customer}/contacts/new                         edit_customers
GET+POST /customers/{customer}/contacts/{contact}                   edit_customers
POST     /customers/{customer}/contacts/{contact}/primary           edit_customers
POST     /customers/{customer}/contacts/{contact}/unarchive         edit_customers
GET+POST /customers/{customer}/contacts/{contact}/archive           edit_customers
GET+POST /customers/{customer}/contacts/{contact}/delete            edit_customers
GET      /customers/{customer}/contacts                             signed_in
GET+POST /customers/{customer}/contacts/paste                       edit_customers
POST     /customers/{customer}/contacts/bulk                        edit_customers
GET      /customers/{customer}/onboardings                          signed_in
GET      /customers/{customer}/access                               manage_access
GET+POST /customers/{customer}/access/new                           manage_access
POST     /customers/{customer}/access/{number}/remove               manage_access
POST     /customers/{customer}/access/{number}/give                 manage_access
GET      /customers/{customer}/details                              signed_in
POST     /customers/{customer}/details                              edit_customers
GET+POST /customers/{customer}/status                               edit_customers
GET+POST /customers/{customer}/delete                               delete_customers
GET+POST /customers/{customer}/onboardings/new                      work_on_onboardings
GET+POST /onboardings/new                                           work_on_onboardings
GET      /onboardings                                               signed_in
GET      /onboardings/board                                         signed_in
GET      /onboardings/total                                         signed_in
GET      /onboardings/live                                          signed_in
GET      /onboardings/{number}/moves                                signed_in
GET+POST /sample/reset                                              own_workspace
GET+POST /sample/delete                                             own_workspace
POST     /onboardings/bulk                                          work_on_onboardings
GET      /onboardings/timeline                                      signed_in
GET      /onboardings/{number}                                      signed_in
GET      /onboardings/{number}/live                                 signed_in
GET      /onboardings/{number}/audit                                signed_in
GET      /onboardings/{number}/audit.csv                            export_data
GET      /onboardings/{number}/timeline                             signed_in
GET+POST /onboardings/{number}/move                                 move_onboardings
POST     /onboardings/{number}/advance                              move_onboardings
POST     /onboardings/{number}/seen                                 signed_in
GET+POST /onboardings/{number}/state                                move_onboardings
GET+POST /onboardings/{number}/target                               work_on_onboardings
GET+POST /onboardings/{number}/dates                                work_on_onboardings
GET      /onboardings/{number}/dates/waiting                        work_on_onboardings
GET+POST /onboardings/{number}/rename                               work_on_onboardings
GET+POST /onboardings/{number}/notes                                work_on_onboardings
POST     /onboardings/{number}/staff                                work_on_onboardings
GET+POST /onboardings/{number}/delete                               delete_onboardings
POST     /onboardings/{number}/tasks/bulk                           work_on_onboardings
POST     /onboardings/{number}/tasks                                work_on_onboardings
POST     /onboardings/{number}/tasks/{task}                         work_on_onboardings
POST     /onboardings/{number}/tasks/{task}/subtasks                work_on_onboardings
POST     /onboardings/{number}/tasks/{task}/plan                    work_on_onboardings
POST     /onboardings/{number}/tasks/{task}/depends                 work_on_onboardings
GET+POST /onboardings/{number}/tasks/{task}/complete                work_on_onboardings
POST     /onboardings/{number}/tasks/{task}/reopen                  work_on_onboardings
POST     /onboardings/{number}/tasks/{task}/delete                  work_on_onboardings
POST     /onboardings/{number}/tasks/{task}/restore                 work_on_onboardings
POST     /onboardings/{number}/tasks/{task}/due                     work_on_onboardings
GET+POST /onboardings/{number}/check                                work_on_onboardings
GET+POST /onboardings/{number}/apply                                work_on_onboardings
GET      /admin/deleted                                             administer
POST     /admin/deleted/{kind}/{id}/restore                         administer
GET      /admin/phases                                              edit_phases_and_fields
GET+POST /admin/phases/new                                          edit_phases_and_fields
GET+POST /admin/phases/preset                                       edit_phases_and_fields
GET+POST /admin/phases/{key}/edit                                   edit_phases_and_fields
POST     /admin/phases/{key}/step                                   edit_phases_and_fields
GET+POST /admin/phases/{key}/archive                                edit_phases_and_fields
POST     /admin/phases/{key}/restore                                edit_phases_and_fields
GET      /admin/custom-fields                                       edit_phases_and_fields
GET      /admin/custom-fields/tags                                  edit_phases_and_fields
GET+POST /admin/custom-fields/tags/act/{act}                        edit_phases_and_fields
GET+POST /admin/custom-fields/new                                   edit_phases_and_fields
GET+POST /admin/custom-fields/{number}                              edit_phases_and_fields
POST     /admin/custom-fields/{number}/archive                      edit_phases_and_fields
POST     /admin/custom-fields/{number}/restore                      edit_phases_and_fields
GET      /admin/templates                                           edit_templates
GET+POST /admin/templates/new                                       edit_templates
GET+POST /admin/templates/import                                    edit_templates
GET+POST /admin/templates/{number}                                  edit_templates
GET      /admin/templates/{number}/export                           edit_templates
POST     /admin/templates/{number}/duplicate                        edit_templates
GET+POST /admin/templates/{number}/archive                          edit_templates
GET      /onboardings/{number}/tasks/{task}                         signed_in
GET      /onboardings/{number}/files                                signed_in
GET+POST /comments/{comment}/files                                  edit_comments
GET      /attachments/{id}                                          signed_in
POST     /attachments/{id}/remove                                   delete_comments_and_files
GET      /onboardings/{number}/comments                             signed_in
POST     /onboardings/{number}/comments                             work_on_onboardings
POST     /onboardings/{number}/tasks/{task}/comments                work_on_onboardings
GET+POST /comments/{comment}/{act}                                  delete_comments_and_files
GET+POST /views/new                                                 manage_own_things
POST     /views/default                                             manage_own_things
GET      /views/{id}                                                signed_in
GET+POST /views/{id}/edit                                           manage_own_things
POST     /views/{id}/query                                          manage_own_things
GET+POST /views/{id}/delete                                         manage_own_things
GET      /                                                          open
GET      /customers                                                 signed_in
GET      /customers/total                                           signed_in
GET+POST /customers/columns                                         signed_in
GET      /customers/{customer}                                      signed_in
GET      /customers/{customer}/activity                             signed_in
GET      /customers/{customer}/activity.csv                          export_data
GET      /customers/{customer}/live                                 signed_in
GET+POST /docs/feedback                                             open
GET      /admin/developer/docs-feedback                             administer
GET      /admin/developer/docs-feedback.csv                         administer
POST     /admin/developer/docs-feedback/{id}/{act}                  administer
"""

_OPERATIONS = """
get-me                           see_given_customers
get-health                       open
list-customers                   see_given_customers
count-customers                  see_given_customers
create-customer                  create_customers
upsert-customer                  create_customers
get-customer                     see_given_customers
update-customer                  edit_customers
delete-customer                  delete_customers
list-customer-contacts           see_given_customers
create-customer-contact          edit_customers
get-contact                      see_given_customers
update-contact                   edit_customers
delete-contact                   edit_customers
list-onboardings                 see_given_customers
create-onboarding                work_on_onboardings
list-customer-onboardings        see_given_customers
get-onboarding                   see_given_customers
update-onboarding                work_on_onboardings
delete-onboarding                delete_onboardings
list-tasks                       see_given_customers
list-onboarding-tasks            see_given_customers
create-onboarding-task           work_on_onboardings
create-task-subtask              work_on_onboardings
get-task                         see_given_customers
update-task                      work_on_onboardings
delete-task                      work_on_onboardings
complete-task                    work_on_onboardings
reopen-task                      work_on_onboardings
list-customer-comments           see_given_customers
create-customer-comment          work_on_onboardings
list-onboarding-comments         see_given_customers
create-onboarding-comment        work_on_onboardings
list-task-comments               see_given_customers
create-task-comment              work_on_onboardings
update-comment                   edit_comments
delete-comment                   delete_comments_and_files
create-comment-attachment        work_on_onboardings
create-task-attachment           work_on_onboardings
get-attachment                   see_given_customers
delete-attachment                delete_comments_and_files
list-phases                      see_given_customers
list-templates                   see_given_customers
create-template                  edit_templates
get-template                     see_given_customers
update-template                  edit_templates
delete-template                  edit_templates
apply-template                   work_on_onboardings
list-activity                    see_records
list-customer-activity           see_records
list-events                      see_records
get-event                        see_records
list-members                     see_team
get-member                       see_team
list-custom-fields               see_given_customers
list-tags                        see_given_customers
run-bulk                         bulk_edit_customers
create-import                    import_data
create-export                    export_data
search-workspace                 see_given_customers
get-job                          import_data
cancel-job                       import_data
list-webhook-endpoints           manage_webhooks
create-webhook-endpoint          manage_webhooks
get-webhook-endpoint             manage_webhooks
update-webhook-endpoint          manage_webhooks
delete-webhook-endpoint          manage_webhooks
rotate-webhook-endpoint-secret   manage_webhooks
list-webhook-event-types         manage_webhooks
test-webhook-endpoint            manage_webhooks
resend-webhook-events            manage_webhooks
recover-webhook-events           manage_webhooks
list-webhook-deliveries          manage_webhooks
get-webhook-delivery             manage_webhooks
replay-webhook-delivery          manage_webhooks
get-webhook-endpoint-stats       manage_webhooks
"""


def _routes() -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for line in _ROUTES.strip().splitlines():
        methods, path, access = line.split()
        for method in methods.split("+"):
            assert (method, path) not in found, line
            found[method, path] = access
    return found


ROUTES: dict[tuple[str, str], str] = _routes()
"""By method and path as the application declares it."""

OPERATIONS: dict[str, str] = dict(line.split() for line in _OPERATIONS.strip().splitlines())
"""By the id of the operation."""

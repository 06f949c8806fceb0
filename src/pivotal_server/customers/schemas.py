"""Wire types of customers."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from pivotal_server.customers.checks import check_domain, check_slug, check_tags
from pivotal_server.kit.codes import INVALID_STRING, TOO_BIG
from pivotal_server.kit.validation import BOUNDED_TEXT, checked, doc
from pivotal_server.kit.wire import (
    DisplayId,
    Id,
    Labels,
    ListQuery,
    Livemode,
    Metadata,
    Moment,
    Page,
    Reference,
    optional_text,
)

Status = Literal["onboarding", "active", "at_risk", "churned", "archived"]

Name = Annotated[str, Meta(min_length=1, max_length=200), doc("Name of the company.", "Aurora Outfitters")]
Slug = Annotated[
    str,
    checked(check_slug, *BOUNDED_TEXT),
    Meta(extra_json_schema={"pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 100}),
    doc("Handle in addresses, unique among live customers. Made from the name when left out.", "aurora"),
]
Domain = Annotated[
    str | None,
    checked(check_domain, TOO_BIG, INVALID_STRING),
    Meta(extra_json_schema={"maxLength": 253}),
    doc("Web domain, lower case, without scheme or path.", "aurora.com"),
]
StatusField = Annotated[Status, doc("Where the relation stands.", "onboarding")]
Plan = Annotated[str | None, optional_text(100), doc("Plan, free text.", "Scale")]
Amount = Annotated[float, Meta(ge=0)]
Mrr = Annotated[Amount | None, doc("Monthly recurring revenue in the workspace's currency.", 4200)]
Orders = Annotated[Amount | None, doc("Orders a month.", 18500)]
ForeignId = Annotated[str | None, optional_text(255)]
HubspotCompany = Annotated[ForeignId, doc("HubSpot company id.", "88201")]
HubspotDeal = Annotated[ForeignId, doc("HubSpot deal id.", "991")]
StripeCustomer = Annotated[ForeignId, doc("Stripe customer id.", "cus_Q1w2e3")]
IntercomCompany = Annotated[ForeignId, doc("Intercom company id.", "6432")]
SlackChannel = Annotated[ForeignId, doc("Slack channel id.", "C0AURORA")]
Owner = Annotated[Reference | None, doc("Member who owns the customer.", "cmb4hh5344tfjgvq4k7bn7xj8")]
Tags = Annotated[
    Labels,
    Meta(max_length=50),
    checked(check_tags, *BOUNDED_TEXT),
    doc("Tags, compared without case.", ["retail"]),
]
CustomFields = Annotated[dict[str, Any], doc("Values of the workspace's custom fields by slug.", {})]
ExternalId = Annotated[ForeignId, doc("Your own id of the record, unique per workspace.", "acct-1042")]


class Customer(Struct, tag_field="object", tag="customer"):
    """A company that is or was onboarded."""

    id: Id
    display_id: DisplayId
    name: Annotated[str, doc("Name of the company.", "Aurora Outfitters")]
    slug: Annotated[str, doc("Handle in addresses.", "aurora")]
    domain: Annotated[str | None, doc("Web domain.", "aurora.com")]
    status: Annotated[
        Status, Meta(extra_json_schema={"x-extensible-enum": True}), doc("Status.", "onboarding")
    ]
    plan: Annotated[str | None, doc("Plan, free text.", "Scale")]
    mrr: Annotated[float | None, doc("Monthly recurring revenue.", 4200)]
    monthly_orders: Annotated[float | None, doc("Orders a month.", 18500)]
    hubspot_company_id: Annotated[str | None, doc("HubSpot company id.", "88201")]
    hubspot_deal_id: Annotated[str | None, doc("HubSpot deal id.", "991")]
    stripe_customer_id: Annotated[str | None, doc("Stripe customer id.", "cus_Q1w2e3")]
    intercom_company_id: Annotated[str | None, doc("Intercom company id.", "6432")]
    slack_channel_id: Annotated[str | None, doc("Slack channel id.", "C0AURORA")]
    owner_id: Annotated[str | None, doc("Member who owns the customer.", "cmb4hh5344tfjgvq4k7bn7xj8")]
    tags: Annotated[list[str], doc("Tags.", ["retail"])]
    custom_fields: Annotated[dict[str, Any], doc("Values of custom fields by slug.", {})]
    metadata: Annotated[dict[str, Any], doc("Your own data.", {"segment": "retail"})]
    external_id: Annotated[str | None, doc("Your own id of the record.", "acct-1042")]
    health_score: Annotated[
        Annotated[int, Meta(ge=0, le=100)] | None, doc("Health from 0 to 100; read-only.", 82)
    ]
    livemode: Livemode
    created_at: Moment
    updated_at: Moment


class CustomerCreate(Struct, kw_only=True):
    """A new customer."""

    name: Name
    slug: Slug | UnsetType = UNSET
    domain: Domain = None
    status: StatusField = "active"
    plan: Plan = None
    mrr: Mrr = None
    monthly_orders: Orders = None
    hubspot_company_id: HubspotCompany = None
    hubspot_deal_id: HubspotDeal = None
    stripe_customer_id: StripeCustomer = None
    intercom_company_id: IntercomCompany = None
    slack_channel_id: SlackChannel = None
    owner_id: Owner = None
    tags: Tags | UnsetType = UNSET
    custom_fields: CustomFields | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET
    external_id: ExternalId = None


class CustomerUpdate(Struct, kw_only=True):
    """Changes to a customer: an absent key stays as it is, ``null`` clears."""

    name: Name | UnsetType = UNSET
    slug: Slug | UnsetType = UNSET
    domain: Domain | UnsetType = UNSET
    status: StatusField | UnsetType = UNSET
    plan: Plan | UnsetType = UNSET
    mrr: Mrr | UnsetType = UNSET
    monthly_orders: Orders | UnsetType = UNSET
    hubspot_company_id: HubspotCompany | UnsetType = UNSET
    hubspot_deal_id: HubspotDeal | UnsetType = UNSET
    stripe_customer_id: StripeCustomer | UnsetType = UNSET
    intercom_company_id: IntercomCompany | UnsetType = UNSET
    slack_channel_id: SlackChannel | UnsetType = UNSET
    owner_id: Owner | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET
    custom_fields: CustomFields | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET
    external_id: ExternalId | UnsetType = UNSET


class CustomerPage(Page[Customer], kw_only=True):
    """One page of customers."""


class CustomerQuery(ListQuery, kw_only=True):
    """Filters of the list of customers."""

    status: Annotated[Status | None, doc("Only customers with this status.", "onboarding")] = None
    slug: Annotated[str | None, doc("The customer with this slug.", "aurora")] = None
    domain: Annotated[str | None, doc("Only customers with this domain.", "aurora.com")] = None
    plan: Annotated[str | None, doc("Only customers with exactly this plan.", "Scale")] = None
    owner_id: Annotated[Reference | None, doc("Only customers of this owner.", "12")] = None
    tag: Annotated[str | None, doc("Only customers with this tag, compared without case.", "retail")] = None
    external_id: Annotated[str | None, doc("The customer with this external id.", "acct-1042")] = None
    hubspot_company_id: Annotated[str | None, doc("Only customers with this HubSpot company.", "88201")] = (
        None
    )
    stripe_customer_id: Annotated[
        str | None, doc("Only customers with this Stripe customer.", "cus_Q1w2e3")
    ] = None
    q: Annotated[
        str | None,
        doc(
            "Words, matched by their beginnings in name, domain, slug, external id, contacts and text fields,"
            " and terms as `GET /search` takes them.",
            "auro status:active",
        ),
    ] = None


class UpsertQuery(Struct, kw_only=True):
    """How an upsert finds its customer."""

    by: Annotated[
        Literal["external_id", "slug", "domain"],
        doc("The property of the body that names the customer.", "external_id"),
    ] = "external_id"

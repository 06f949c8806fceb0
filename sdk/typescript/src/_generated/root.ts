// Methods of `root`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { Paginator } from "../paging.js";
import type { Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { ApiKeyIdentity } from "./models/me.js";
import type { Health } from "./models/health.js";
import type { SearchResult } from "./models/search.js";
import { Activity } from "./activity.js";
import { Attachments } from "./attachments.js";
import { Bulk } from "./bulk.js";
import { Comments } from "./comments.js";
import { CustomersContacts } from "./customers_contacts.js";
import { CustomFields } from "./custom_fields.js";
import { Customers } from "./customers.js";
import { Events } from "./events.js";
import { Exports } from "./exports.js";
import { Imports } from "./imports.js";
import { Jobs } from "./jobs.js";
import { Members } from "./members.js";
import { Onboardings } from "./onboardings.js";
import { Phases } from "./phases.js";
import { Tags } from "./tags.js";
import { Tasks } from "./tasks.js";
import { Templates } from "./templates.js";
import { WebhookEndpoints } from "./webhook_endpoints.js";
import { WebhookEventTypes } from "./webhook_event_types.js";

const ME: Operation = {
  method: "GET",
  path: "/me",
  returns: "ApiKeyIdentity",
};
const HEALTH: Operation = {
  method: "GET",
  path: "/health",
  returns: "Health",
};
const SEARCH: Operation = {
  method: "GET",
  path: "/search",
  returns: "[SearchResult",
  query: ["q", "limit", "cursor"],
};

/** What `search` takes. */
export interface SearchParams {
  /**
   * Words, matched by their beginnings without case and accents, and terms such as `status:active`,
   * `owner:dana`, `tag:vip`, `mrr:>1000`, `due:this_week`, `type:task` or `#245`; `-` excludes.
   */
  q?: string | undefined;
  /** Records a page. */
  limit?: number | undefined;
  /** The `next_cursor` of the page before, passed on as it is. */
  cursor?: string | undefined;
}

/** `The client itself`. */
export class Root extends Resource {
  readonly activity = new Activity(this.sender);
  readonly attachments = new Attachments(this.sender);
  readonly bulk = new Bulk(this.sender);
  readonly comments = new Comments(this.sender);
  readonly contacts = new CustomersContacts(this.sender);
  readonly customFields = new CustomFields(this.sender);
  readonly customers = new Customers(this.sender);
  readonly events = new Events(this.sender);
  readonly exports = new Exports(this.sender);
  readonly imports = new Imports(this.sender);
  readonly jobs = new Jobs(this.sender);
  readonly members = new Members(this.sender);
  readonly onboardings = new Onboardings(this.sender);
  readonly phases = new Phases(this.sender);
  readonly tags = new Tags(this.sender);
  readonly tasks = new Tasks(this.sender);
  readonly templates = new Templates(this.sender);
  readonly webhookEndpoints = new WebhookEndpoints(this.sender);
  readonly webhookEventTypes = new WebhookEventTypes(this.sender);

  /**
   * Identify the key. The key that makes the request and the workspace it belongs to. Has no side effects.
   */
  me(
    options: CallOptions = {},
  ): Promise<ApiKeyIdentity> {
    return this.called(ME, [], {}, options);
  }

  /** Is the server up. Answers as long as the server runs. Needs no key and counts against no limit. */
  health(
    options: CallOptions = {},
  ): Promise<Health> {
    return this.called(HEALTH, [], {}, options);
  }

  /**
   * Search the workspace. Customers, contacts, onboardings and tasks that hold all terms of `q`, the best
   * first. Archived ones are found with `is:archived` or `status:archived`. Nothing in `q` is an error:
   * `hints` says what was not understood. Of words that very many records hold, the newest changed ones are
   * ranked.
   */
  search(
    params: SearchParams = {},
    options: CallOptions = {},
  ): Paginator<SearchResult> {
    return this.listed(SEARCH, [], params, options);
  }
}

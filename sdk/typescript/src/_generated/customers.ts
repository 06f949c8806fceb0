// Methods of `customers`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { Paginator } from "../paging.js";
import type { Id, Moment, Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { Count, Customer, Deleted } from "./models/customers.js";
import { CustomersActivity } from "./customers_activity.js";
import { CustomersComments } from "./customers_comments.js";
import { CustomersContacts } from "./customers_contacts.js";
import { CustomersOnboardings } from "./customers_onboardings.js";

const LIST: Operation = {
  method: "GET",
  path: "/customers",
  returns: "[Customer",
  query: ["limit", "cursor", "order", "created_after", "created_before", "updated_since", "livemode",
    "include_total", "status", "slug", "domain", "plan", "owner_id", "tag", "external_id",
    "hubspot_company_id", "stripe_customer_id", "q", "expand"],
};
const CREATE: Operation = {
  method: "POST",
  path: "/customers",
  returns: "Customer",
  sends: "json",
  keyed: true,
};
const COUNT: Operation = {
  method: "GET",
  path: "/customers/count",
  returns: "Count",
  query: ["created_after", "created_before", "updated_since", "livemode", "status", "slug", "domain",
    "plan", "owner_id", "tag", "external_id", "hubspot_company_id", "stripe_customer_id", "q"],
};
const UPSERT: Operation = {
  method: "POST",
  path: "/customers/upsert",
  returns: "Customer",
  query: ["by"],
  sends: "json",
  keyed: true,
};
const GET: Operation = {
  method: "GET",
  path: "/customers/{id}",
  returns: "Customer",
  query: ["expand"],
};
const UPDATE: Operation = {
  method: "PATCH",
  path: "/customers/{id}",
  returns: "Customer",
  sends: "json",
  keyed: true,
};
const DELETE: Operation = {
  method: "DELETE",
  path: "/customers/{id}",
  returns: "Deleted",
  keyed: true,
};

/** What `customers.list` takes. */
export interface CustomersListParams {
  /** Records a page. */
  limit?: number | undefined;
  /** The `next_cursor` of the page before. */
  cursor?: string | undefined;
  /** `desc`: newest first; `asc`: oldest first, the cursor then means newer. */
  order?: "asc" | "desc" | undefined;
  /** Only records created after this moment. */
  createdAfter?: Moment | undefined;
  /** Only records created before this moment. */
  createdBefore?: Moment | undefined;
  /** Only records changed at or after this moment. */
  updatedSince?: Moment | undefined;
  /** Only live (`true`) or only test (`false`) records. */
  livemode?: boolean | undefined;
  /** Add `total`; counting costs time on large lists. */
  includeTotal?: boolean | undefined;
  /** Only customers with this status. */
  status?: "active" | "archived" | "at_risk" | "churned" | "onboarding" | undefined;
  /** The customer with this slug. */
  slug?: string | undefined;
  /** Only customers with this domain. */
  domain?: string | undefined;
  /** Only customers with exactly this plan. */
  plan?: string | undefined;
  /** Only customers of this owner. */
  ownerId?: Id | undefined;
  /** Only customers with this tag, compared without case. */
  tag?: string | undefined;
  /** The customer with this external id. */
  externalId?: Id | undefined;
  /** Only customers with this HubSpot company. */
  hubspotCompanyId?: Id | undefined;
  /** Only customers with this Stripe customer. */
  stripeCustomerId?: Id | undefined;
  /**
   * Words, matched by their beginnings in name, domain, slug, external id, contacts and text fields, and
   * terms as `GET /search` takes them.
   */
  q?: string | undefined;
  /**
   * What to add to each record, separated by commas or repeated. `contacts`: its newest 20 contacts;
   * `onboardings`: its newest 20 onboardings; `owner`: the member who owns it.
   */
  expand?: readonly ("contacts" | "onboardings" | "owner")[] | undefined;
}

/** What `customers.create` takes. */
export interface CustomersCreateParams {
  /** Name of the company. */
  name: string;
  /** Handle in addresses, unique among live customers. Made from the name when left out. */
  slug?: string | undefined;
  /** Web domain, lower case, without scheme or path. */
  domain?: string | null | undefined;
  /** Where the relation stands. */
  status?: "active" | "archived" | "at_risk" | "churned" | "onboarding" | undefined;
  /** Plan, free text. */
  plan?: string | null | undefined;
  /** Monthly recurring revenue in the workspace's currency. */
  mrr?: number | null | undefined;
  /** Orders a month. */
  monthlyOrders?: number | null | undefined;
  /** HubSpot company id. */
  hubspotCompanyId?: Id | null | undefined;
  /** HubSpot deal id. */
  hubspotDealId?: Id | null | undefined;
  /** Stripe customer id. */
  stripeCustomerId?: Id | null | undefined;
  /** Intercom company id. */
  intercomCompanyId?: Id | null | undefined;
  /** Slack channel id. */
  slackChannelId?: Id | null | undefined;
  /** Member who owns the customer. */
  ownerId?: Id | null | undefined;
  /** Tags, compared without case. */
  tags?: readonly string[] | undefined;
  /** Values of the workspace's custom fields by slug. */
  customFields?: Record<string, unknown> | undefined;
  /** Your own data: a JSON object of at most 16 KiB, returned as it was sent. */
  metadata?: Record<string, unknown> | undefined;
  /** Your own id of the record, unique per workspace. */
  externalId?: Id | null | undefined;
}

/** What `customers.count` takes. */
export interface CustomersCountParams {
  /** Only records created after this moment. */
  createdAfter?: Moment | undefined;
  /** Only records created before this moment. */
  createdBefore?: Moment | undefined;
  /** Only records changed at or after this moment. */
  updatedSince?: Moment | undefined;
  /** Only live (`true`) or only test (`false`) records. */
  livemode?: boolean | undefined;
  /** Only customers with this status. */
  status?: "active" | "archived" | "at_risk" | "churned" | "onboarding" | undefined;
  /** The customer with this slug. */
  slug?: string | undefined;
  /** Only customers with this domain. */
  domain?: string | undefined;
  /** Only customers with exactly this plan. */
  plan?: string | undefined;
  /** Only customers of this owner. */
  ownerId?: Id | undefined;
  /** Only customers with this tag, compared without case. */
  tag?: string | undefined;
  /** The customer with this external id. */
  externalId?: Id | undefined;
  /** Only customers with this HubSpot company. */
  hubspotCompanyId?: Id | undefined;
  /** Only customers with this Stripe customer. */
  stripeCustomerId?: Id | undefined;
  /**
   * Words, matched by their beginnings in name, domain, slug, external id, contacts and text fields, and
   * terms as `GET /search` takes them.
   */
  q?: string | undefined;
}

/** What `customers.upsert` takes. */
export interface CustomersUpsertParams {
  /** Name of the company. */
  name?: string | undefined;
  /** Handle in addresses, unique among live customers. Made from the name when left out. */
  slug?: string | undefined;
  /** Web domain, lower case, without scheme or path. */
  domain?: string | null | undefined;
  /** Where the relation stands. */
  status?: "active" | "archived" | "at_risk" | "churned" | "onboarding" | undefined;
  /** Plan, free text. */
  plan?: string | null | undefined;
  /** Monthly recurring revenue in the workspace's currency. */
  mrr?: number | null | undefined;
  /** Orders a month. */
  monthlyOrders?: number | null | undefined;
  /** HubSpot company id. */
  hubspotCompanyId?: Id | null | undefined;
  /** HubSpot deal id. */
  hubspotDealId?: Id | null | undefined;
  /** Stripe customer id. */
  stripeCustomerId?: Id | null | undefined;
  /** Intercom company id. */
  intercomCompanyId?: Id | null | undefined;
  /** Slack channel id. */
  slackChannelId?: Id | null | undefined;
  /** Member who owns the customer. */
  ownerId?: Id | null | undefined;
  /** Tags, compared without case. */
  tags?: readonly string[] | undefined;
  /** Values of the workspace's custom fields by slug. */
  customFields?: Record<string, unknown> | undefined;
  /** Your own data: a JSON object of at most 16 KiB, returned as it was sent. */
  metadata?: Record<string, unknown> | undefined;
  /** Your own id of the record, unique per workspace. */
  externalId?: Id | null | undefined;
  /** The property of the body that names the customer. */
  by?: "domain" | "external_id" | "slug" | undefined;
}

/** What `customers.get` takes. */
export interface CustomersGetParams {
  /**
   * What to add to each record, separated by commas or repeated. `contacts`: its newest 20 contacts;
   * `onboardings`: its newest 20 onboardings; `owner`: the member who owns it.
   */
  expand?: readonly ("contacts" | "onboardings" | "owner")[] | undefined;
}

/** What `customers.update` takes. */
export interface CustomersUpdateParams {
  /** Name of the company. */
  name?: string | undefined;
  /** Handle in addresses, unique among live customers. Made from the name when left out. */
  slug?: string | undefined;
  /** Web domain, lower case, without scheme or path. */
  domain?: string | null | undefined;
  /** Where the relation stands. */
  status?: "active" | "archived" | "at_risk" | "churned" | "onboarding" | undefined;
  /** Plan, free text. */
  plan?: string | null | undefined;
  /** Monthly recurring revenue in the workspace's currency. */
  mrr?: number | null | undefined;
  /** Orders a month. */
  monthlyOrders?: number | null | undefined;
  /** HubSpot company id. */
  hubspotCompanyId?: Id | null | undefined;
  /** HubSpot deal id. */
  hubspotDealId?: Id | null | undefined;
  /** Stripe customer id. */
  stripeCustomerId?: Id | null | undefined;
  /** Intercom company id. */
  intercomCompanyId?: Id | null | undefined;
  /** Slack channel id. */
  slackChannelId?: Id | null | undefined;
  /** Member who owns the customer. */
  ownerId?: Id | null | undefined;
  /** Tags, compared without case. */
  tags?: readonly string[] | undefined;
  /** Values of the workspace's custom fields by slug. */
  customFields?: Record<string, unknown> | undefined;
  /** Your own data: a JSON object of at most 16 KiB, returned as it was sent. */
  metadata?: Record<string, unknown> | undefined;
  /** Your own id of the record, unique per workspace. */
  externalId?: Id | null | undefined;
}

/** `customers`. */
export class Customers extends Resource {
  readonly activity = new CustomersActivity(this.sender);
  readonly comments = new CustomersComments(this.sender);
  readonly contacts = new CustomersContacts(this.sender);
  readonly onboardings = new CustomersOnboardings(this.sender);

  /** List customers. Live customers, newest first. Filters apply before paging. */
  list(
    params: CustomersListParams = {},
    options: CallOptions = {},
  ): Paginator<Customer> {
    return this.listed(LIST, [], params, options);
  }

  /** Create a customer. Creates a customer. Without a `slug` one is made from the name and made unique. */
  create(
    params: CustomersCreateParams,
    options: CallOptions = {},
  ): Promise<Customer> {
    return this.called(CREATE, [], params, options);
  }

  /** Count customers. How many live customers match the same filters as the list takes. */
  count(
    params: CustomersCountParams = {},
    options: CallOptions = {},
  ): Promise<Count> {
    return this.called(COUNT, [], params, options);
  }

  /**
   * Create or update a customer. Updates the live customer with the same `by` as the body, or creates one,
   * which then needs a `name`.
   */
  upsert(
    params: CustomersUpsertParams = {},
    options: CallOptions = {},
  ): Promise<Customer> {
    return this.called(UPSERT, [], params, options);
  }

  /** Get a customer. One live customer, by `id` or `display_id`. */
  get(
    id: Id,
    params: CustomersGetParams = {},
    options: CallOptions = {},
  ): Promise<Customer> {
    return this.called(GET, [id], params, options);
  }

  /**
   * Update a customer. Changes the given keys; absent ones stay, `null` clears. Churning pauses its running
   * onboardings.
   */
  update(
    id: Id,
    params: CustomersUpdateParams = {},
    options: CallOptions = {},
  ): Promise<Customer> {
    return this.called(UPDATE, [id], params, options);
  }

  /**
   * Delete a customer. Deletes a customer softly. Its contacts and onboardings leave every list but can be
   * read by id.
   */
  delete(
    id: Id,
    options: CallOptions = {},
  ): Promise<Deleted> {
    return this.called(DELETE, [id], {}, options);
  }
}

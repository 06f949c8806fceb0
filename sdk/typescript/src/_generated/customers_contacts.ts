// Methods of `customers_contacts`. Generated; do not edit.
import { Resource } from "../resource.js";
import type { Paginator } from "../paging.js";
import type { Id, Moment, Operation } from "../resource.js";
import type { CallOptions } from "../transport.js";
import type { Contact, Deleted } from "./models/customers.js";

const LIST: Operation = {
  method: "GET",
  path: "/customers/{customer_id}/contacts",
  returns: "[Contact",
  query: ["limit", "cursor", "order", "created_after", "created_before", "updated_since", "livemode",
    "include_total", "email", "archived", "expand"],
};
const CREATE: Operation = {
  method: "POST",
  path: "/customers/{customer_id}/contacts",
  returns: "Contact",
  sends: "json",
  keyed: true,
};
const GET: Operation = {
  method: "GET",
  path: "/contacts/{id}",
  returns: "Contact",
  query: ["expand"],
};
const UPDATE: Operation = {
  method: "PATCH",
  path: "/contacts/{id}",
  returns: "Contact",
  sends: "json",
  keyed: true,
};
const DELETE: Operation = {
  method: "DELETE",
  path: "/contacts/{id}",
  returns: "Deleted",
  keyed: true,
};

/** What `customers.contacts.list` takes. */
export interface CustomersContactsListParams {
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
  /** The contact with this address. */
  email?: string | undefined;
  /** Only archived, or only active, contacts. */
  archived?: boolean | undefined;
  /**
   * What to add to each record, separated by commas or repeated. `customer`: its customer, unless deleted.
   */
  expand?: readonly "customer"[] | undefined;
}

/** What `customers.contacts.create` takes. */
export interface CustomersContactsCreateParams {
  /** Full name. */
  name: string;
  /** E-mail address, unique per customer among its contacts. */
  email: string;
  /** Job title. */
  title?: string | null | undefined;
  /** Telephone number, free text. */
  phone?: string | null | undefined;
  /** Whether this is the customer's main contact. Setting it unsets the one before. */
  isPrimary?: boolean | undefined;
  /** Labels. */
  labels?: readonly string[] | undefined;
  /** Whether the contact is put away. */
  archived?: boolean | undefined;
  /** Whether the contact may use the portal. */
  portalAccess?: boolean | undefined;
  /** Your own data: a JSON object of at most 16 KiB, returned as it was sent. */
  metadata?: Record<string, unknown> | undefined;
  /** Your own id of the record, unique per workspace. */
  externalId?: Id | null | undefined;
}

/** What `customers.contacts.get` takes. */
export interface CustomersContactsGetParams {
  /**
   * What to add to each record, separated by commas or repeated. `customer`: its customer, unless deleted.
   */
  expand?: readonly "customer"[] | undefined;
}

/** What `customers.contacts.update` takes. */
export interface CustomersContactsUpdateParams {
  /** Full name. */
  name?: string | undefined;
  /** E-mail address, unique per customer among its contacts. */
  email?: string | undefined;
  /** Job title. */
  title?: string | null | undefined;
  /** Telephone number, free text. */
  phone?: string | null | undefined;
  /** Whether this is the customer's main contact. Setting it unsets the one before. */
  isPrimary?: boolean | undefined;
  /** Labels. */
  labels?: readonly string[] | undefined;
  /** Whether the contact is put away. */
  archived?: boolean | undefined;
  /** Whether the contact may use the portal. */
  portalAccess?: boolean | undefined;
  /** Your own data: a JSON object of at most 16 KiB, returned as it was sent. */
  metadata?: Record<string, unknown> | undefined;
  /** Your own id of the record, unique per workspace. */
  externalId?: Id | null | undefined;
}

/** `customers.contacts`. */
export class CustomersContacts extends Resource {

  /**
   * List the contacts of a customer. The contacts of one customer, newest first, archived ones included
   * unless filtered out.
   */
  list(
    customerId: Id,
    params: CustomersContactsListParams = {},
    options: CallOptions = {},
  ): Paginator<Contact> {
    return this.listed(LIST, [customerId], params, options);
  }

  /**
   * Create a contact. Attaches a contact to a customer. The first one becomes primary when `is_primary` is
   * left out.
   */
  create(
    customerId: Id,
    params: CustomersContactsCreateParams,
    options: CallOptions = {},
  ): Promise<Contact> {
    return this.called(CREATE, [customerId], params, options);
  }

  /** Get a contact. One contact, by `id` or `display_id`, also when its customer was deleted. */
  get(
    id: Id,
    params: CustomersContactsGetParams = {},
    options: CallOptions = {},
  ): Promise<Contact> {
    return this.called(GET, [id], params, options);
  }

  /**
   * Update a contact. Changes the given keys. Making it primary unsets the one before; archiving the
   * primary leaves none. Open tasks of an archived contact lose their assignee.
   */
  update(
    id: Id,
    params: CustomersContactsUpdateParams = {},
    options: CallOptions = {},
  ): Promise<Contact> {
    return this.called(UPDATE, [id], params, options);
  }

  /**
   * Delete a contact. Deletes a contact softly. Deleting the primary leaves none; its open tasks lose their
   * assignee.
   */
  delete(
    id: Id,
    options: CallOptions = {},
  ): Promise<Deleted> {
    return this.called(DELETE, [id], {}, options);
  }
}

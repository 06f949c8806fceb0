// Objects of `tags`. Generated; do not edit.

/** A word that customers are marked with; case makes no other tag. */
export interface Tag {
  object: "tag";
  /** The tag, as the customer that came last writes it. */
  name: string;
  /** How many live customers carry it. */
  customers: number;
}

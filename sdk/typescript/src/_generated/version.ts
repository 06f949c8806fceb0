// The release. Generated; do not edit.
export const VERSION = "0.1.0";

/**
 * `${http.<name>}` and `${row.<column>}` in the texts of front matter: an optional dollar that makes it literal, the root,
 * and the name.
 */
export const FRONT_MATTER_PATH = /(\$?)\$\{(http|row)\.([^}]*)\}/g;

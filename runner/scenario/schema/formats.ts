/** Formats that the schemas name; the generated validators import them. */
export const formats = {
  regex: { validate: isRegularExpression },
};

function isRegularExpression(source: string): boolean {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}

/** JSON in which no `<` can begin a tag, whoever takes it for a page. */
export function jsonText(value: object): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

/** A name as a part of a path on any computer: letters, digits, dots, dashes and underscores; never one that leads elsewhere. */
export function nameOfFile(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^\.+/, "-") || "-";
}

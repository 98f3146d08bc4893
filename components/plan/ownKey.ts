/**
 * Whether the object itself has the key. Not `Object.hasOwn`: Pulumi checks the types of a component package by the settings
 * of the folder in which the using program lies, and its own for a program without any are those of ES2020.
 */
export function hasOwnKey(object: object, key: string): boolean {
  return Object.prototype.hasOwnProperty.call(object, key);
}

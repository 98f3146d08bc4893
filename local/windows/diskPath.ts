import { DiskError } from "./diskError";

/**
 * The one form of a path on a machine's disk: `C:/ProgramData/PeerLab`. Takes what Windows' SFTP server takes: both slashes,
 * a leading slash before the drive, a bare drive, and names relative to the user's home.
 */
export function normalizePath(given: string, home: string): string {
  let text = given.replaceAll("\\", "/");
  if (/^\/[A-Za-z]:/.test(text)) text = text.slice(1);
  if (!/^[A-Za-z]:/.test(text)) {
    if (text.startsWith("/")) throw new DiskError("NotFound", given);
    text = `${home}/${text}`;
  }
  const drive = text[0]!.toUpperCase();
  const parts: string[] = [];
  for (const part of text.slice(2).split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") parts.pop();
    // Windows drops dots and spaces at the end of a name.
    else parts.push(part.replace(/[. ]+$/, ""));
  }
  if (parts.some((part) => part === "" || /[<>:"|?*\u0000-\u001f]/.test(part))) {
    throw new DiskError("BadName", given);
  }
  return `${drive}:/${parts.join("/")}`;
}

export function parentPath(path: string): string {
  const cut = path.lastIndexOf("/");
  return cut <= 2 ? path.slice(0, 3) : path.slice(0, cut);
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

import { utils, type Attributes, type FileEntry, type SFTPWrapper } from "ssh2";
import {
  DiskError,
  interruptionOf,
  type DiskEntry,
  type DiskErrorCode,
  type Logon,
  type Machine,
} from "../windows";
import { SftpHandles } from "./sftpHandles";

const { OPEN_MODE, STATUS_CODE } = utils.sftp;

const statusCodes: Record<DiskErrorCode, number> = {
  NotFound: STATUS_CODE.NO_SUCH_FILE,
  AccessDenied: STATUS_CODE.PERMISSION_DENIED,
  AlreadyExists: STATUS_CODE.FAILURE,
  NotADirectory: STATUS_CODE.NO_SUCH_FILE,
  IsADirectory: STATUS_CODE.FAILURE,
  NotEmpty: STATUS_CODE.FAILURE,
  BadName: STATUS_CODE.NO_SUCH_FILE,
};

const directoryMode = 0o040700;
const fileMode = 0o100600;

function attributesOf(entry: DiskEntry): Attributes {
  const seconds = Math.floor(entry.modified / 1000);
  return {
    mode: entry.kind === "directory" ? directoryMode : fileMode,
    uid: 0,
    gid: 0,
    size: entry.size,
    atime: seconds,
    mtime: seconds,
  };
}

function listed(name: string, entry: DiskEntry): FileEntry {
  const kind = entry.kind === "directory" ? "d" : "-";
  const longname = `${kind}rwx------    1 - - ${entry.size} Jan  1  1970 ${name}`;
  return { filename: name, longname, attrs: attributesOf(entry) };
}

/**
 * Serves Windows' `sftp-server.exe` on the machine's disk, with the rights of the logon. Windows has no modes: setting them
 * succeeds and does nothing. A cut connection or a restart that is due for this session (`<computer name> sftp`) meets it
 * before its first request, in the middle of the first file, or when all is done and its end is not yet confirmed.
 */
export function serveSftp(
  machine: Machine,
  logon: Logon,
  sftp: SFTPWrapper,
  cut: () => void,
): void {
  const { disk, record, environment } = machine;
  const handles = new SftpHandles(disk, logon, (path, size, outcome) =>
    environment.journal.write({
      kind: "copy",
      subject: record.computerName,
      what: path,
      outcome,
      detail: `${size} bytes`,
    }),
  );

  const isInterrupted = interruptionOf(machine, "copy", "sftp");
  if (isInterrupted("before")) return cut();

  /** Answers with what `work` answers, or with the status of what the disk refuses. */
  const answer = (request: number, work: () => void) => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      sftp.status(request, statusCodes[error.code]);
    }
  };
  const done = (request: number, work: () => void) =>
    answer(request, () => {
      work();
      sftp.status(request, STATUS_CODE.OK);
    });
  const stat = (request: number, path: string) =>
    answer(request, () => sftp.attrs(request, attributesOf(disk.stat(path, logon))));

  sftp.on("REALPATH", (request, path) =>
    answer(request, () => {
      const resolved = `/${disk.resolve(path, logon)}`;
      sftp.name(request, [{ filename: resolved, longname: resolved, attrs: {} as Attributes }]);
    }),
  );
  sftp.on("STAT", stat);
  sftp.on("LSTAT", stat);
  sftp.on("SETSTAT", (request, path) => done(request, () => disk.stat(path, logon)));
  sftp.on("FSETSTAT", (request, handle) => done(request, () => handles.file(handle)));
  sftp.on("FSTAT", (request, handle) => stat(request, handles.file(handle).path));
  sftp.on("MKDIR", (request, path) => done(request, () => disk.makeDirectory(path, logon)));
  sftp.on("RMDIR", (request, path) => done(request, () => disk.removeDirectory(path, logon)));
  sftp.on("REMOVE", (request, path) => done(request, () => disk.remove(path, logon)));
  sftp.on("RENAME", (request, from, to) => done(request, () => disk.rename(from, to, logon)));

  sftp.on("OPEN", (request, path, flags) =>
    answer(request, () => {
      const mode = {
        write: (flags & OPEN_MODE.WRITE) !== 0,
        create: (flags & OPEN_MODE.CREAT) !== 0,
        truncate: (flags & OPEN_MODE.TRUNC) !== 0,
        exclusive: (flags & OPEN_MODE.EXCL) !== 0,
      };
      sftp.handle(request, handles.open(path, mode));
    }),
  );
  sftp.on("WRITE", (request, handle, offset, data) =>
    done(request, () => {
      const half = data.subarray(0, Math.ceil(data.length / 2));
      if (!isInterrupted("during")) return handles.write(handle, offset, data);
      handles.write(handle, offset, half);
      cut();
    }),
  );
  sftp.on("READ", (request, handle, offset, length) =>
    answer(request, () => {
      const data = handles.file(handle).content.subarray(offset, offset + length);
      if (data.length === 0) sftp.status(request, STATUS_CODE.EOF);
      else sftp.data(request, data);
    }),
  );
  sftp.on("OPENDIR", (request, path) =>
    answer(request, () => sftp.handle(request, handles.openDirectory(path))),
  );
  sftp.on("READDIR", (request, handle) =>
    answer(request, () => {
      const entries = handles.nextEntries(handle);
      if (!entries) return sftp.status(request, STATUS_CODE.EOF);
      sftp.name(
        request,
        entries.map((entry) => listed(entry.path.slice(entry.path.lastIndexOf("/") + 1), entry)),
      );
    }),
  );
  sftp.on("CLOSE", (request, handle) => done(request, () => handles.close(handle)));

  // A client may wait for the server to close the channel after its own end.
  sftp.once("end", () => {
    if (isInterrupted("after")) return cut();
    exitCleanly(sftp);
    sftp.end();
  });
  sftp.once("close", () => handles.closeAll());
}

/** The exit status of sftp-server, without which OpenSSH's scp takes a copy for failed. ssh2 has no call for it on this kind of channel. */
function exitCleanly(sftp: SFTPWrapper): void {
  const channel = sftp as unknown as {
    _protocol: { exitStatus(id: number, status: number): void };
    outgoing: { id: number; state: string };
  };
  if (channel.outgoing.state === "open") channel._protocol.exitStatus(channel.outgoing.id, 0);
}

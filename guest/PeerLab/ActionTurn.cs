// One change at a time on a machine.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Diagnostics;
using System.IO;
using System.Threading;

namespace PeerLab
{
    /// <summary>
    /// Held by who changes identities, groups or the ledger; whoever comes next waits. A task under the user's password goes on
    /// when the session that started it is gone, so the same action may come again while it is still at work: two of them would
    /// make two identities of one friendly name. Windows takes the turn back when the process ends.
    /// </summary>
    internal sealed class ActionTurn : IDisposable
    {
        private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);
        private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

        private readonly FileStream file;

        /// <summary>Waits at most ten minutes; then it is PeerFailure TimedOut.</summary>
        /// <param name="directory">The guest folder.</param>
        internal ActionTurn(string directory)
        {
            string work = Path.Combine(directory, "work");
            Directory.CreateDirectory(work);
            file = new FileStream(Path.Combine(work, "action.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            Stopwatch clock = Stopwatch.StartNew();
            while (!TryLock())
            {
                if (clock.Elapsed > Limit)
                {
                    file.Dispose();
                    throw new PeerFailure(
                        "TimedOut",
                        "Another action has been changing this machine for " + (int)Limit.TotalMinutes + " minutes.",
                        "Look for its process on the machine, then run this again.");
                }
                Thread.Sleep(Look);
            }
        }

        /// <summary>Lets the next one in.</summary>
        public void Dispose()
        {
            file.Dispose();
        }

        private bool TryLock()
        {
            try
            {
                file.Lock(0, 1);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }
    }
}

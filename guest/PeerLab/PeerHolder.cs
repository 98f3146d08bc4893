// The presence holder: keeps names registered and groups connected for as long as Windows runs.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Threading;

namespace PeerLab
{
    /// <summary>
    /// A registration and a connection live with the process that made them, and everything that an SSH session starts ends
    /// with it: hence a program of its own, which reads `presence.json` of the guest folder, keeps to it, and writes what it
    /// holds into `work/presence-state.json` and what happened into `work/holder.log`.
    /// </summary>
    public static class PeerHolder
    {
        /// <summary>How often `presence.json` is looked at.</summary>
        public static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

        /// <summary>A state older than that is of a holder that hangs or is gone.</summary>
        public static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);

        private const int HeartbeatMilliseconds = 10000;
        private const int MostSignals = 60; // WaitAny takes 64

        private static readonly TimeSpan CloudsAge = TimeSpan.FromSeconds(15);

        /// <summary>The file with what has to be held.</summary>
        public static string WantedFile(string directory)
        {
            return Path.Combine(directory, "presence.json");
        }

        /// <summary>The file with what is held.</summary>
        public static string StateFile(string directory)
        {
            return Path.Combine(Path.Combine(directory, "work"), "presence-state.json");
        }

        /// <summary>Holds until `presence.json` is gone. Returns 0, or 1 where another holder runs already.</summary>
        public static int Run(string directory)
        {
            using (ManualResetEvent never = new ManualResetEvent(false))
            {
                return Run(directory, never);
            }
        }

        /// <summary>As Run, and ends when `stop` is set.</summary>
        public static int Run(string directory, WaitHandle stop)
        {
            string work = Path.Combine(directory, "work");
            Directory.CreateDirectory(work);
            using (FileStream single = new FileStream(Path.Combine(work, "holder.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete))
            {
                try
                {
                    single.Lock(0, 1);
                }
                catch (IOException)
                {
                    return 1;
                }
                new Session(directory, new HolderLog(Path.Combine(work, "holder.log"))).Run(stop);
                return 0;
            }
        }

        /// <summary>
        /// PresenceFacts of the contract, as far as files and processes tell it: PowerShell adds `runsAs`, and knows whether
        /// the task or service is there at all.
        /// </summary>
        public static OrderedDictionary Facts(ActionContext context)
        {
            return PresenceReport.Facts(context);
        }

        /// <summary>The text of a file that may be replaced at any time; null where it is not there.</summary>
        internal static string ReadShared(string file)
        {
            try
            {
                using (FileStream stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
                using (StreamReader reader = new StreamReader(stream))
                {
                    return reader.ReadToEnd();
                }
            }
            catch (FileNotFoundException)
            {
                return null;
            }
            catch (DirectoryNotFoundException)
            {
                return null;
            }
        }

        private sealed class Session
        {
            private readonly string directory;
            private readonly HolderLog log;
            private readonly Stopwatch clock = Stopwatch.StartNew();
            private readonly object guard = new object();
            private readonly SeedSynchronization seeds;
            private OrderedDictionary snapshot;
            private string written = string.Empty;
            private string wantedText;
            private string refusal;
            private string turnFailure;
            private TimeSpan nextClouds;
            private object[] clouds = new object[0];

            internal Session(string directory, HolderLog log)
            {
                this.directory = directory;
                this.log = log;
                seeds = new SeedSynchronization(log);
            }

            internal void Run(WaitHandle stop)
            {
                log.Write("started, process " + OwnProcess().ToString(CultureInfo.InvariantCulture));
                using (HeldNames names = new HeldNames(log))
                using (HeldGroups groups = new HeldGroups(log))
                using (Timer heartbeat = new Timer(delegate { Write(true); }, null, HeartbeatMilliseconds, HeartbeatMilliseconds))
                {
                    bool ends = false;
                    while (!ends)
                    {
                        ends = Turn(names, groups) || Wait(groups, stop);
                    }
                    heartbeat.Change(Timeout.Infinite, Timeout.Infinite);
                }
                lock (guard)
                {
                    snapshot = null;
                    File.Delete(StateFile(directory));
                }
                log.Write("ended");
            }

            // True where there is nothing to hold any more.
            private bool Turn(HeldNames names, HeldGroups groups)
            {
                try
                {
                    if (!ReadWanted(names, groups))
                    {
                        return true;
                    }

                    // Before any call that may hang: whoever waits for the holder sees that it has taken up its work.
                    Publish(names, groups);
                    names.Work(clock.Elapsed);
                    groups.Work(clock.Elapsed);
                    if (clock.Elapsed >= nextClouds)
                    {
                        clouds = PeerClouds.Facts();
                        nextClouds = clock.Elapsed + CloudsAge;
                        if (clouds.Length == 0)
                        {
                            // PNRPsvc may be gone: what is registered is looked at in the next turn.
                            names.Doubt(clock.Elapsed);
                        }
                        seeds.Work(clouds, clock.Elapsed);
                    }
                }
                catch (Exception failure)
                {
                    // Whatever it is, what is held stays held, and the next turn tries again. PeerException never comes here.
                    string text = failure.GetType().Name + ": " + failure.Message;
                    if (text != turnFailure)
                    {
                        log.Write("turn failed: " + text);
                    }
                    turnFailure = text;
                }
                Publish(names, groups);
                return false;
            }

            private void Publish(HeldNames names, HeldGroups groups)
            {
                OrderedDictionary now = new OrderedDictionary();
                now["names"] = names.Facts();
                now["groups"] = groups.Facts();
                now["clouds"] = clouds;
                lock (guard)
                {
                    snapshot = now;
                }
                Write(false);
            }

            // False where the file is gone. Whoever replaces it by deleting and renaming gets a second look.
            private bool ReadWanted(HeldNames names, HeldGroups groups)
            {
                string text = ReadShared(WantedFile(directory));
                if (text == null && wantedText != null)
                {
                    Thread.Sleep(1000);
                    text = ReadShared(WantedFile(directory));
                }
                if (text == null || text == wantedText)
                {
                    return text != null;
                }
                wantedText = text;
                try
                {
                    PresenceState wanted = PresenceState.Parse(text);
                    refusal = null;
                    names.Want(wanted.Names, clock.Elapsed);
                    groups.Want(wanted.Groups);
                }
                catch (FormatException failure)
                {
                    Refuse(failure);
                }
                catch (PeerFailure failure)
                {
                    Refuse(failure);
                }
                return true;
            }

            // What was wanted before stays in force: the file may be half written.
            private void Refuse(Exception failure)
            {
                if (refusal != failure.Message)
                {
                    refusal = failure.Message;
                    log.Write("presence.json is not read: " + refusal);
                }
            }

            private static bool Wait(HeldGroups groups, WaitHandle stop)
            {
                List<WaitHandle> handles = new List<WaitHandle>();
                handles.Add(stop);
                foreach (WaitHandle signal in groups.Signals())
                {
                    if (handles.Count < MostSignals)
                    {
                        handles.Add(signal);
                    }
                }
                return WaitHandle.WaitAny(handles.ToArray(), Look) == 0;
            }

            // Also from the heartbeat's thread: a call that hangs must not make a living holder look dead.
            private void Write(bool always)
            {
                lock (guard)
                {
                    if (snapshot == null)
                    {
                        return;
                    }
                    string text = PeerJson.Write(snapshot);
                    if (!always && text == written)
                    {
                        return;
                    }
                    OrderedDictionary document = new OrderedDictionary();
                    document["processId"] = OwnProcess();
                    document["time"] = PeerMemory.Iso(DateTime.UtcNow);
                    foreach (DictionaryEntry field in snapshot)
                    {
                        document[(string)field.Key] = field.Value;
                    }
                    try
                    {
                        PeerFiles.Replace(StateFile(directory), PeerJson.Write(document));
                        written = text;
                    }
                    catch (IOException failure)
                    {
                        // Somebody reads it in a way that forbids replacing; the next heartbeat tries again.
                        log.Write("state not written: " + failure.GetType().Name);
                    }
                    catch (UnauthorizedAccessException failure)
                    {
                        log.Write("state not written: " + failure.GetType().Name);
                    }
                }
            }

            private static int OwnProcess()
            {
                using (Process process = Process.GetCurrentProcess())
                {
                    return process.Id;
                }
            }
        }
    }
}

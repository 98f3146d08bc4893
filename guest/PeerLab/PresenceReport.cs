// What the presence holder holds, as its files tell it to another process.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Diagnostics;
using System.Globalization;
using System.IO;

namespace PeerLab
{
    /// <summary>Reading what the holder wrote.</summary>
    internal static class PresenceReport
    {
        /// <summary>
        /// PresenceFacts of the contract, as far as files and processes tell it: PowerShell adds `runsAs`, and knows whether
        /// the task or service is there at all.
        /// </summary>
        internal static OrderedDictionary Facts(ActionContext context)
        {
            OrderedDictionary facts = new OrderedDictionary();
            string wantedText = PeerHolder.ReadShared(PeerHolder.WantedFile(context.Directory));
            IDictionary held = ReadState(context.Directory);
            bool running = held != null && IsAlive(held);
            facts["holder"] = running ? "running" : wantedText == null ? "absent" : "stopped";
            PresenceState wanted = wantedText == null ? null : TryParse(wantedText);
            List<object> names = new List<object>();
            List<object> groups = new List<object>();
            if (wanted != null)
            {
                foreach (PresenceName name in wanted.Names)
                {
                    names.Add(HeldNames.Facts(name, StateOf(running ? held : null, "names", name.PeerName, string.Empty, "state") as string ?? "waiting"));
                }
                foreach (PresenceGroup group in wanted.Groups)
                {
                    object state = StateOf(running ? held : null, "groups", group.Group, group.Identity, "state");
                    object members = StateOf(running ? held : null, "groups", group.Group, group.Identity, "members");
                    groups.Add(HeldGroups.Facts(group, state as string ?? "waiting", members as object[] ?? new object[0]));
                }
            }
            facts["names"] = names.ToArray();
            facts["groups"] = groups.ToArray();
            facts["clouds"] = running && held.Contains("clouds") ? held["clouds"] : CloudsNow();
            return facts;
        }

        /// <summary>
        /// Whether everything of these facts is held: names registered, groups connected. A group also where it listens and
        /// knows no other member whose credential still holds; one that does not even know itself, because it never
        /// synchronised, waits for the others.
        /// </summary>
        /// <param name="facts">PresenceFacts.</param>
        /// <param name="wanted">What they are facts about; null where nothing is to be held.</param>
        internal static bool IsSettled(IDictionary facts, PresenceState wanted)
        {
            foreach (IDictionary name in (object[])facts["names"])
            {
                if ((string)name["state"] != "registered")
                {
                    return false;
                }
            }
            foreach (IDictionary group in (object[])facts["groups"])
            {
                string state = (string)group["state"];
                string peerName = (string)group["group"];
                List<PresenceGroup> own = wanted == null ? new List<PresenceGroup>() : wanted.Groups.FindAll(one => one.Group == peerName);
                if (state != "connected" && !(state == "listening" && IsAlone((object[])group["members"], own)))
                {
                    return false;
                }
            }
            return true;
        }

        private static bool IsAlone(object[] members, List<PresenceGroup> own)
        {
            bool others = Array.Exists(members, delegate(object member)
            {
                IDictionary fields = (IDictionary)member;
                DateTime expires;
                bool holds = DateTime.TryParse(fields["expires"] as string, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out expires) && expires > DateTime.UtcNow;
                return holds && !own.Exists(one => one.Identity == (string)fields["peerName"]);
            });
            return members.Length > 0 && !others;
        }

        /// <summary>What the holder is to hold; null where that is nothing.</summary>
        internal static PresenceState Wanted(ActionContext context)
        {
            string text = PeerHolder.ReadShared(PeerHolder.WantedFile(context.Directory));
            return text == null ? null : TryParse(text);
        }

        /// <summary>The clouds; none where this machine has no peer stack.</summary>
        internal static object[] CloudsNow()
        {
            try
            {
                return PeerClouds.Facts();
            }
            catch (DllNotFoundException)
            {
                return new object[0];
            }
        }

        /// <summary>The process of a holder that is alive, whoever started it; 0 where there is none.</summary>
        internal static int LiveProcess(string directory)
        {
            IDictionary held = ReadState(directory);
            return held != null && IsAlive(held) ? (int)(long)held["processId"] : 0;
        }

        private static PresenceState TryParse(string text)
        {
            try
            {
                return PresenceState.Parse(text);
            }
            catch (FormatException)
            {
                return null;
            }
            catch (PeerFailure)
            {
                return null;
            }
        }

        private static IDictionary ReadState(string directory)
        {
            string text = PeerHolder.ReadShared(PeerHolder.StateFile(directory));
            try
            {
                return text == null ? null : PeerJson.Read(text) as IDictionary;
            }
            catch (FormatException)
            {
                return null;
            }
        }

        private static bool IsAlive(IDictionary held)
        {
            DateTime time;
            if (!(held["processId"] is long) || !DateTime.TryParse(held["time"] as string, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out time))
            {
                return false;
            }

            // Either way round: a clock that was set back must not make a dead holder look alive for hours.
            if ((DateTime.UtcNow - time).Duration() > PeerHolder.Silence)
            {
                return false;
            }
            try
            {
                using (Process process = Process.GetProcessById((int)(long)held["processId"]))
                {
                    return !process.HasExited;
                }
            }
            catch (ArgumentException)
            {
                return false;
            }
            catch (InvalidOperationException)
            {
                return false;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // It is there, and another user's.
                return true;
            }
        }

        private static object StateOf(IDictionary held, string list, string peerName, string identity, string field)
        {
            object[] entries = held == null ? null : held[list] as object[];
            foreach (object entry in entries ?? new object[0])
            {
                IDictionary fields = entry as IDictionary;
                if (fields == null)
                {
                    continue;
                }
                string name = (fields.Contains("group") ? fields["group"] : fields["peerName"]) as string;
                string by = (fields.Contains("identity") ? fields["identity"] : string.Empty) as string;
                if (name == peerName && by == identity)
                {
                    return fields.Contains(field) ? fields[field] : null;
                }
            }
            return null;
        }
    }
}

// The groups that the presence holder stays connected to.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Threading;

namespace PeerLab
{
    /// <summary>
    /// Opens, connects and closes groups until they are the wanted ones, and again for as long as it takes. Times are those of
    /// a clock that only goes forward.
    /// </summary>
    internal sealed class HeldGroups : IDisposable
    {
        private readonly Dictionary<string, HeldGroup> groups = new Dictionary<string, HeldGroup>(StringComparer.Ordinal);
        private readonly HolderLog log;
        private PeerGrouping session;
        private TimeSpan nextSession;
        private int failures;

        internal HeldGroups(HolderLog log)
        {
            this.log = log;
        }

        /// <summary>Says what is wanted from now on, and closes what is not; what stays keeps its connection.</summary>
        internal void Want(IEnumerable<PresenceGroup> wanted)
        {
            HashSet<string> keys = new HashSet<string>(StringComparer.Ordinal);
            foreach (PresenceGroup group in wanted)
            {
                keys.Add(group.Key);
                HeldGroup present;
                if (groups.TryGetValue(group.Key, out present))
                {
                    present.Wanted = group;
                }
                else
                {
                    groups[group.Key] = new HeldGroup(group, log);
                }
            }
            foreach (string key in new List<string>(groups.Keys))
            {
                if (!keys.Contains(key))
                {
                    groups[key].Dispose();
                    groups.Remove(key);
                }
            }
            if (groups.Count == 0)
            {
                EndSession();
            }
        }

        /// <summary>Does what is due.</summary>
        internal void Work(TimeSpan now)
        {
            if (groups.Count == 0 || !StartSession(now))
            {
                return;
            }
            bool open = false;
            foreach (HeldGroup group in groups.Values)
            {
                group.Work(now);
                open = open || group.Signal != null;
            }
            if (!open)
            {
                // Nothing could be opened: the service may have gone, and a session does not outlive it.
                EndSession();
            }
        }

        /// <summary>What is set when a group has something to tell.</summary>
        internal IEnumerable<WaitHandle> Signals()
        {
            foreach (HeldGroup group in groups.Values)
            {
                if (group.Signal != null)
                {
                    yield return group.Signal;
                }
            }
        }

        /// <summary>The groups of PresenceFacts, each with the identity it is held by.</summary>
        internal object[] Facts()
        {
            List<object> facts = new List<object>();
            foreach (HeldGroup group in groups.Values)
            {
                OrderedDictionary fields = Facts(group.Wanted, group.State, group.Members);
                fields["identity"] = group.Wanted.Identity;
                facts.Add(fields);
            }
            return facts.ToArray();
        }

        /// <summary>One group of PresenceFacts.</summary>
        internal static OrderedDictionary Facts(PresenceGroup group, string state, object[] members)
        {
            OrderedDictionary fields = new OrderedDictionary();
            fields["group"] = group.Group;
            fields["state"] = state;
            fields["members"] = members;
            return fields;
        }

        /// <summary>Closes every group.</summary>
        public void Dispose()
        {
            foreach (HeldGroup group in groups.Values)
            {
                group.Dispose();
            }
            groups.Clear();
            EndSession();
        }

        // Grouping does not start before PNRPsvc runs.
        private bool StartSession(TimeSpan now)
        {
            if (session != null)
            {
                return true;
            }
            if (now < nextSession)
            {
                return false;
            }
            try
            {
                session = new PeerGrouping();
                failures = 0;
                return true;
            }
            catch (PeerException failure)
            {
                failures++;
                nextSession = now + PresencePolicy.Delay(failures);
                foreach (HeldGroup group in groups.Values)
                {
                    group.SetState(PresencePolicy.StateOf(PeerFailure.CodeOf(failure)));
                }
                return false;
            }
        }

        private void EndSession()
        {
            if (session != null)
            {
                session.Dispose();
                session = null;
            }
        }
    }
}

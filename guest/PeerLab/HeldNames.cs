// The names that the presence holder keeps registered.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections.Generic;
using System.Collections.Specialized;

namespace PeerLab
{
    /// <summary>
    /// Registers, updates and unregisters names until they are the wanted ones, and again for as long as it takes. Times are
    /// those of a clock that only goes forward.
    /// </summary>
    internal sealed class HeldNames : IDisposable
    {
        /// <summary>A registration is lost when PNRPsvc restarts; a registration that is renewed is known to be there.</summary>
        private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(30);

        private readonly List<Entry> entries = new List<Entry>();
        private readonly HolderLog log;
        private PeerPnrp session;

        private sealed class Entry
        {
            internal PresenceName Name;
            internal PeerRegistration Registration;
            internal bool Changed;
            internal bool Unwanted;
            internal string State = "waiting";
            internal int Failures;
            internal TimeSpan Next;
        }

        internal HeldNames(HolderLog log)
        {
            this.log = log;
        }

        /// <summary>Says what is wanted from now on; nothing is called yet.</summary>
        internal void Want(IEnumerable<PresenceName> wanted, TimeSpan now)
        {
            List<PresenceName> held = entries.FindAll(entry => !entry.Unwanted).ConvertAll(entry => entry.Name);
            NameDifference difference = PresencePolicy.Difference(held, wanted);
            foreach (PresenceName name in difference.Removed)
            {
                Find(name.PeerName).Unwanted = true;
            }
            foreach (PresenceName name in difference.Updated)
            {
                Entry entry = Find(name.PeerName);
                entry.Name = name;
                entry.Changed = true;
                entry.Next = now;
            }
            foreach (PresenceName name in difference.Added)
            {
                entries.Add(new Entry { Name = name, Next = now });
            }
        }

        /// <summary>Has every registration renewed at once: whether it is still there is in doubt.</summary>
        internal void Doubt(TimeSpan now)
        {
            foreach (Entry entry in entries.FindAll(held => held.Registration != null && held.Next > now))
            {
                entry.Next = now;
            }
        }

        /// <summary>Does what is due. The new is registered before the old is unregistered.</summary>
        internal void Work(TimeSpan now)
        {
            foreach (Entry entry in entries)
            {
                if (!entry.Unwanted && now >= entry.Next)
                {
                    Attempt(entry, now);
                }
            }
            foreach (Entry entry in entries.FindAll(found => found.Unwanted))
            {
                Release(entry);
                entries.Remove(entry);
                log.Write("name " + entry.Name.PeerName + " unregistered");
            }
            if (entries.Count == 0)
            {
                EndSession();
            }
        }

        /// <summary>The names of PresenceFacts.</summary>
        internal object[] Facts()
        {
            List<object> facts = new List<object>();
            foreach (Entry entry in entries)
            {
                if (!entry.Unwanted)
                {
                    facts.Add(Facts(entry.Name, entry.State));
                }
            }
            return facts.ToArray();
        }

        /// <summary>One name of PresenceFacts.</summary>
        internal static OrderedDictionary Facts(PresenceName name, string state)
        {
            OrderedDictionary fields = new OrderedDictionary();
            fields["service"] = name.Service;
            fields["peerName"] = name.PeerName;
            fields["port"] = name.Port;
            fields["state"] = state;
            return fields;
        }

        /// <summary>Unregisters every name.</summary>
        public void Dispose()
        {
            entries.ForEach(Release);
            entries.Clear();
            EndSession();
        }

        private void Attempt(Entry entry, TimeSpan now)
        {
            try
            {
                session = session ?? new PeerPnrp();
                if (entry.Registration == null)
                {
                    entry.Registration = new PeerRegistration(entry.Name.PeerName, Publisher(entry.Name.PeerName), entry.Name.Port, entry.Name.Comment);
                }
                else
                {
                    entry.Registration.Update(entry.Name.Port, entry.Name.Comment);
                }
                if (entry.Changed && entry.State == "registered")
                {
                    log.Write("name " + entry.Name.PeerName + " updated");
                }
                entry.Changed = false;
                entry.Failures = 0;
                entry.Next = now + Renewal;
                SetState(entry, "registered");
            }
            catch (PeerException failure)
            {
                // A registration that cannot be renewed is gone, or PNRPsvc is: the next attempt makes both anew.
                Release(entry);
                string code = PeerFailure.CodeOf(failure);
                entry.Failures++;
                entry.Next = now + PresencePolicy.Delay(entry.Failures);
                SetState(entry, PresencePolicy.StateOf(code));
                if (entry.State == "waiting")
                {
                    // PNRPsvc is gone, and with it every registration.
                    foreach (Entry other in entries)
                    {
                        Release(other);
                        SetState(other, "waiting");
                        other.Next = other.Next < entry.Next ? entry.Next : other.Next;
                    }
                }
                if (!entries.Exists(other => other.Registration != null))
                {
                    EndSession();
                }
            }
        }

        // The identity of a secure name's authority; null for an unsecured name.
        private static string Publisher(string peerName)
        {
            const int IdentityNotFound = unchecked((int)0x80630401);
            string authority = peerName.Substring(0, peerName.IndexOf('.') + 1);
            if (authority == "0.")
            {
                return null;
            }
            foreach (PeerNameEntry identity in PeerIdentities.List())
            {
                if (identity.PeerName.StartsWith(authority, StringComparison.Ordinal))
                {
                    return identity.PeerName;
                }
            }
            throw new PeerException("PeerPnrpRegister", IdentityNotFound);
        }

        private void SetState(Entry entry, string state)
        {
            if (entry.State != state)
            {
                entry.State = state;
                log.Write("name " + entry.Name.PeerName + " " + state);
            }
        }

        private Entry Find(string peerName)
        {
            return entries.Find(entry => !entry.Unwanted && entry.Name.PeerName == peerName);
        }

        private static void Release(Entry entry)
        {
            if (entry.Registration != null)
            {
                entry.Registration.Dispose();
                entry.Registration = null;
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

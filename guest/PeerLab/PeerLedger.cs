// What was put on this machine, and under which scope: the file ledger.json of the guest folder. Nothing secret.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.IO;

namespace PeerLab
{
    /// <summary>A group that this machine joined or made by an identity.</summary>
    public sealed class LedgerGroup
    {
        public LedgerGroup(string group, string identity)
        {
            Group = group;
            Identity = identity;
        }

        /// <summary>The peer name of the group.</summary>
        public string Group { get; private set; }

        /// <summary>The peer name of the identity.</summary>
        public string Identity { get; private set; }

        internal string Key
        {
            // No peer name holds this character.
            get { return Group + "\0" + Identity; }
        }
    }

    /// <summary>
    /// The ledger. Names and scopes are case-sensitive. Every change is on disk when its method returns: in a file beside the
    /// ledger that then takes its place, so that a lost connection leaves the old ledger or the new one.
    /// </summary>
    public sealed class PeerLedger
    {
        private readonly string file;
        private readonly List<KeyValuePair<string, string>> identities = new List<KeyValuePair<string, string>>();
        private readonly List<KeyValuePair<string, LedgerGroup>> groups = new List<KeyValuePair<string, LedgerGroup>>();

        private PeerLedger(string file)
        {
            this.file = file;
        }

        /// <summary>The ledger of a guest folder; an empty one where there is no file yet.</summary>
        public static PeerLedger Open(string directory)
        {
            PeerLedger ledger = new PeerLedger(Path.Combine(directory, "ledger.json"));
            if (File.Exists(ledger.file))
            {
                ledger.Load(File.ReadAllText(ledger.file));
            }
            return ledger;
        }

        /// <summary>The identities that were put here under a scope.</summary>
        public string[] Identities(string scope)
        {
            return Select(identities, scope, true).ToArray();
        }

        /// <summary>The identities that were put here under any other scope.</summary>
        public string[] IdentitiesOfOthers(string scope)
        {
            return Select(identities, scope, false).ToArray();
        }

        /// <summary>The groups that were joined or made here under a scope.</summary>
        public LedgerGroup[] Groups(string scope)
        {
            return Select(groups, scope, true).ToArray();
        }

        /// <summary>The groups that were joined or made here under any other scope.</summary>
        public LedgerGroup[] GroupsOfOthers(string scope)
        {
            return Select(groups, scope, false).ToArray();
        }

        /// <summary>Replaces the identities of a scope; writes only where they differ.</summary>
        public void SetIdentities(string scope, IEnumerable<string> peerNames)
        {
            SortedDictionary<string, string> wanted = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (string name in peerNames)
            {
                wanted[name] = name;
            }
            Replace(identities, scope, wanted, delegate(string name) { return name; });
        }

        /// <summary>Removes the identities of all other scopes from the ledger.</summary>
        public void ForgetIdentitiesOfOthers(string scope)
        {
            Forget(identities, scope);
        }

        /// <summary>Replaces the groups of a scope; writes only where they differ.</summary>
        public void SetGroups(string scope, IEnumerable<LedgerGroup> wantedGroups)
        {
            SortedDictionary<string, LedgerGroup> wanted = new SortedDictionary<string, LedgerGroup>(StringComparer.Ordinal);
            foreach (LedgerGroup group in wantedGroups)
            {
                wanted[group.Key] = group;
            }
            Replace(groups, scope, wanted, delegate(LedgerGroup group) { return group.Key; });
        }

        /// <summary>Removes the groups of all other scopes from the ledger.</summary>
        public void ForgetGroupsOfOthers(string scope)
        {
            Forget(groups, scope);
        }

        private static List<T> Select<T>(List<KeyValuePair<string, T>> entries, string scope, bool own)
        {
            List<T> selected = new List<T>();
            foreach (KeyValuePair<string, T> entry in entries)
            {
                if (string.Equals(entry.Key, scope, StringComparison.Ordinal) == own)
                {
                    selected.Add(entry.Value);
                }
            }
            return selected;
        }

        private void Replace<T>(List<KeyValuePair<string, T>> entries, string scope, SortedDictionary<string, T> wanted, Converter<T, string> keyOf)
        {
            List<T> present = Select(entries, scope, true);
            bool same = present.Count == wanted.Count;
            foreach (T entry in present)
            {
                same = same && wanted.ContainsKey(keyOf(entry));
            }
            if (same)
            {
                return;
            }
            entries.RemoveAll(delegate(KeyValuePair<string, T> entry) { return string.Equals(entry.Key, scope, StringComparison.Ordinal); });
            foreach (T entry in wanted.Values)
            {
                entries.Add(new KeyValuePair<string, T>(scope, entry));
            }
            Save();
        }

        private void Forget<T>(List<KeyValuePair<string, T>> entries, string scope)
        {
            int removed = entries.RemoveAll(delegate(KeyValuePair<string, T> entry) { return !string.Equals(entry.Key, scope, StringComparison.Ordinal); });
            if (removed > 0)
            {
                Save();
            }
        }

        // The first version of the file had no groups.
        private void Load(string text)
        {
            try
            {
                IDictionary document = (IDictionary)PeerJson.Read(text);
                foreach (IDictionary entry in (object[])document["identities"])
                {
                    identities.Add(new KeyValuePair<string, string>((string)entry["scope"], (string)entry["peerName"]));
                }
                if (document.Contains("groups"))
                {
                    foreach (IDictionary entry in (object[])document["groups"])
                    {
                        groups.Add(new KeyValuePair<string, LedgerGroup>(
                            (string)entry["scope"], new LedgerGroup((string)entry["group"], (string)entry["identity"])));
                    }
                }
            }
            catch (Exception failure)
            {
                if (failure is FormatException || failure is InvalidCastException || failure is NullReferenceException || failure is KeyNotFoundException)
                {
                    throw new PeerFailure(
                        "Unexpected",
                        file + ": this is no ledger (" + failure.GetType().Name + ").",
                        "Delete the file: identities with a friendly name of the stack are recognised without it, others stay.");
                }
                throw;
            }
        }

        private void Save()
        {
            List<object> identityEntries = new List<object>();
            foreach (KeyValuePair<string, string> entry in identities)
            {
                OrderedDictionary fields = new OrderedDictionary();
                fields["scope"] = entry.Key;
                fields["peerName"] = entry.Value;
                identityEntries.Add(fields);
            }
            List<object> groupEntries = new List<object>();
            foreach (KeyValuePair<string, LedgerGroup> entry in groups)
            {
                OrderedDictionary fields = new OrderedDictionary();
                fields["scope"] = entry.Key;
                fields["group"] = entry.Value.Group;
                fields["identity"] = entry.Value.Identity;
                groupEntries.Add(fields);
            }
            OrderedDictionary document = new OrderedDictionary();
            document["identities"] = identityEntries;
            document["groups"] = groupEntries;
            PeerFiles.Replace(file, PeerJson.Write(document));
        }
    }
}

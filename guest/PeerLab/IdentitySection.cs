// The section identities of Set-PeerMachine and Test-PeerMachine.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections.Generic;
using System.Text.RegularExpressions;

namespace PeerLab
{
    /// <summary>
    /// The identities of one scope and the wanted list: Add puts the wanted ones in place, Remove takes away what was put here
    /// before and is not wanted. What is noted before the first change makes an interrupted run known to the next.
    /// </summary>
    internal sealed class IdentitySection
    {
        internal const string ScopePattern = @"^peerlab:[^#\x00]+\z";
        internal const string ScopeAllowed = "peerlab:<project>/<stack>/<person>";

        private readonly string scope;
        private readonly bool exclusive;
        private readonly List<WantedIdentity> wanted = new List<WantedIdentity>();
        private string directory;
        private HashSet<string> known;
        private HashSet<string> others;

        /// <summary>Checks the section whole.</summary>
        internal IdentitySection(PeerRequest section)
        {
            section.Allow("scope", "exclusive", "wanted");
            scope = section.Text("scope", ScopePattern, ScopeAllowed);
            exclusive = section.Flag("exclusive");
            foreach (PeerRequest item in section.Objects("wanted", 0))
            {
                WantedIdentity identity = WantedIdentity.Read(item.Allow(WantedIdentity.Fields));
                if (wanted.Exists(other => other.PeerName == identity.PeerName))
                {
                    throw PeerRequest.Refusal(item.PathOf("peerName"), identity.PeerName, "a peer name that is not in the list yet");
                }
                wanted.Add(identity);
            }
        }

        /// <summary>Refuses a section that is not in the form of the contract.</summary>
        internal static void Check(PeerRequest section)
        {
            new IdentitySection(section);
        }

        /// <summary>Reads what was put here; before anything else.</summary>
        internal void Open(ActionContext context)
        {
            directory = context.Directory;
            PeerLedger ledger = PeerLedger.Open(directory);
            known = new HashSet<string>(ledger.Identities(scope), StringComparer.Ordinal);
            others = new HashSet<string>(StringComparer.Ordinal);
            (exclusive ? known : others).UnionWith(ledger.IdentitiesOfOthers(scope));
        }

        /// <summary>Installs what is wanted. A test only says what is missing.</summary>
        internal void Add(bool test, List<string> phrases)
        {
            if (!test)
            {
                // Before the first import: an interrupted run must still know what it put here.
                PeerLedger ledger = PeerLedger.Open(directory);
                List<string> noted = new List<string>(ledger.Identities(scope));
                noted.AddRange(Names());
                ledger.SetIdentities(scope, noted);
            }
            foreach (WantedIdentity identity in wanted)
            {
                if (test)
                {
                    string drift = IdentityImport.Drift(identity);
                    if (drift != null)
                    {
                        phrases.Add(drift);
                    }
                    continue;
                }
                InstalledIdentity installed = IdentityImport.Install(identity);
                if (installed.Imported)
                {
                    phrases.Add("identity " + identity.PeerName + " imported");
                }
                else if (installed.Renamed)
                {
                    phrases.Add("identity " + identity.PeerName + " renamed");
                }
            }
        }

        /// <summary>Removes what was put here and is not wanted. A test only says what that is.</summary>
        internal void Remove(bool test, List<string> phrases)
        {
            HashSet<string> names = new HashSet<string>(Names(), StringComparer.Ordinal);
            Regex friendlyName = new Regex(exclusive ? "^peerlab:[^#]+#" : "^" + Regex.Escape(scope) + "#", RegexOptions.CultureInvariant);
            foreach (PeerNameEntry entry in PeerIdentities.List())
            {
                bool ours = known.Contains(entry.PeerName) || friendlyName.IsMatch(entry.FriendlyName);
                if (!ours || names.Contains(entry.PeerName) || others.Contains(entry.PeerName))
                {
                    continue;
                }
                if (test)
                {
                    phrases.Add("identity " + entry.PeerName + " is not wanted");
                    continue;
                }
                IdentityImport.Clear(entry.PeerName);
                phrases.Add("identity " + entry.PeerName + " removed");
            }
            if (!test)
            {
                // Opened again: the groups were noted in between.
                PeerLedger ledger = PeerLedger.Open(directory);
                ledger.SetIdentities(scope, Names());
                if (exclusive)
                {
                    ledger.ForgetIdentitiesOfOthers(scope);
                }
            }
        }

        /// <summary>The facts of the wanted identities that are there, in the order of the list.</summary>
        internal object[] Facts(ActionContext context)
        {
            Dictionary<string, PeerNameEntry> entries = new Dictionary<string, PeerNameEntry>(StringComparer.Ordinal);
            foreach (PeerNameEntry entry in PeerIdentities.List())
            {
                entries[entry.PeerName] = entry;
            }
            List<object> facts = new List<object>();
            foreach (string name in Names())
            {
                PeerNameEntry entry;
                if (entries.TryGetValue(name, out entry))
                {
                    facts.Add(IdentityFacts.Read(entry, context));
                }
            }
            return facts.ToArray();
        }

        private List<string> Names()
        {
            List<string> names = new List<string>();
            foreach (WantedIdentity identity in wanted)
            {
                names.Add(identity.PeerName);
            }
            return names;
        }
    }
}

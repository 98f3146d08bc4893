// The section groups of Set-PeerMachine and Test-PeerMachine.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections.Generic;

namespace PeerLab
{
    /// <summary>
    /// The groups of one scope and the wanted list: Add joins the wanted ones, Remove deletes what was put here before and is
    /// not wanted. What is noted before the first change makes an interrupted run known to the next.
    /// </summary>
    internal sealed class GroupSection
    {
        private readonly string scope;
        private readonly bool exclusive;
        private readonly List<WantedGroup> wanted = new List<WantedGroup>();
        private readonly List<LedgerGroup> known = new List<LedgerGroup>();
        private readonly List<LedgerGroup> others = new List<LedgerGroup>();
        private PeerLedger ledger;

        private sealed class WantedGroup
        {
            internal LedgerGroup Place;
            internal string Invitation;
        }

        /// <summary>Checks the section whole.</summary>
        internal GroupSection(PeerRequest section)
        {
            section.Allow("scope", "exclusive", "wanted");
            scope = section.Text("scope", IdentitySection.ScopePattern, IdentitySection.ScopeAllowed);
            exclusive = section.Flag("exclusive");
            foreach (PeerRequest item in section.Objects("wanted", 0))
            {
                item.Allow("group", "identity", "invitation");
                LedgerGroup place = new LedgerGroup(item.PeerName("group"), item.PeerName("identity"));
                if (wanted.Exists(other => other.Place.Key == place.Key))
                {
                    throw PeerRequest.Refusal(item.PathOf("group"), place.Group, "a group that is not in the list yet for this identity");
                }
                wanted.Add(new WantedGroup
                {
                    Place = place,
                    Invitation = item.Has("invitation") ? item.Utf16("invitation") : null,
                });
            }
        }

        /// <summary>Nothing wanted, and nothing that this section may remove.</summary>
        internal bool IsEmpty
        {
            get { return wanted.Count == 0 && known.Count == 0; }
        }

        /// <summary>Reads what was put here; before anything else.</summary>
        internal void Open(ActionContext context)
        {
            ledger = PeerLedger.Open(context.Directory);
            known.AddRange(ledger.Groups(scope));
            (exclusive ? known : others).AddRange(ledger.GroupsOfOthers(scope));
        }

        /// <summary>The wanted groups are those of the scope: what the ledger says at the end.</summary>
        internal void Note(bool test)
        {
            if (test)
            {
                return;
            }
            ledger.SetGroups(scope, Places());
            if (exclusive)
            {
                ledger.ForgetGroupsOfOthers(scope);
            }
        }

        /// <summary>Joins what is wanted. A test only says what is missing.</summary>
        internal void Add(bool test, List<string> phrases)
        {
            if (!test)
            {
                // Before the first join: an interrupted run must still know what it put here.
                List<LedgerGroup> noted = Places();
                noted.AddRange(ledger.Groups(scope));
                ledger.SetGroups(scope, noted);
            }
            foreach (WantedGroup group in wanted)
            {
                bool there = IdentityFacts.Find(group.Place.Identity) != null;
                if (!there && !test)
                {
                    GroupMembership.RequireIdentity(group.Place.Identity);
                }
                Join(group, there, test, phrases);
            }
        }

        /// <summary>Deletes what was put here and is not wanted. A test only says what that is.</summary>
        internal void Remove(bool test, List<string> phrases)
        {
            foreach (LedgerGroup group in known)
            {
                bool there = IdentityFacts.Find(group.Identity) != null && GroupMembership.Find(group.Identity, group.Group) != null;
                if (!there || Contains(Places(), group) || Contains(others, group))
                {
                    continue;
                }
                if (test)
                {
                    phrases.Add("group " + group.Group + " is not wanted");
                    continue;
                }
                PeerGroup.Delete(group.Identity, group.Group);
                phrases.Add("group " + group.Group + " removed");
            }
            Note(test);
        }

        /// <summary>GroupFacts of the wanted groups that are there, in the order of the list.</summary>
        internal object[] Facts()
        {
            List<object> facts = new List<object>();
            foreach (WantedGroup group in wanted)
            {
                PeerNameEntry entry = IdentityFacts.Find(group.Place.Identity) == null ? null : GroupMembership.Find(group.Place.Identity, group.Place.Group);
                if (entry != null)
                {
                    facts.Add(GroupMembership.Facts(entry, group.Place.Identity));
                }
            }
            return facts.ToArray();
        }

        private static void Join(WantedGroup group, bool identityThere, bool test, List<string> phrases)
        {
            PeerNameEntry entry = identityThere ? GroupMembership.Find(group.Place.Identity, group.Place.Group) : null;
            PeerInvitation parsed = null;
            if (group.Invitation != null && identityThere)
            {
                // Of no use any more is no failure as long as the machine belongs to the group.
                parsed = Parse(group, test || entry != null);
            }
            if (entry != null && (parsed == null || !GroupMembership.HasEnded(group.Place.Identity, group.Place.Group, parsed)))
            {
                return;
            }
            if (test)
            {
                phrases.Add("group " + group.Place.Group + (entry == null ? " is missing" : " has ended"));
                return;
            }
            if (parsed == null)
            {
                GroupMembership.Require(group.Place.Identity, group.Place.Group);
            }
            GroupMembership.Join(group.Place.Identity, group.Invitation, parsed, entry != null);
            phrases.Add("group " + group.Place.Group + " joined");
        }

        private static PeerInvitation Parse(WantedGroup group, bool optional)
        {
            try
            {
                return GroupMembership.Parse(group.Invitation, group.Place.Identity, group.Place.Group);
            }
            catch (PeerFailure)
            {
                if (!optional)
                {
                    throw;
                }
                return null;
            }
        }

        private static bool Contains(List<LedgerGroup> groups, LedgerGroup group)
        {
            return groups.Exists(entry => entry.Group == group.Group && entry.Identity == group.Identity);
        }

        private List<LedgerGroup> Places()
        {
            return wanted.ConvertAll(group => group.Place);
        }
    }
}

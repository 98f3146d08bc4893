// The actions on groups.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Globalization;

namespace PeerLab
{
    /// <summary>New-PeerGroup, New-PeerGroupInvitation, Join-, Get- and Remove-PeerGroup of the contract.</summary>
    public static class GroupActions
    {
        private const long DefaultLifetime = 2419200; // 28 days, as p2p.dll has it

        /// <summary>Checks a request of one of these actions, and changes nothing.</summary>
        public static void Check(string action, IDictionary request)
        {
            Prepare(action, request);
        }

        /// <summary>Runs one of these actions: the fields of its report.</summary>
        public static OrderedDictionary Run(string action, IDictionary request, ActionContext context)
        {
            Func<OrderedDictionary> run = Prepare(action, request);
            using (new PeerGrouping())
            {
                return run();
            }
        }

        /// <summary>Refuses a section groups that is not in the form of the contract.</summary>
        public static void CheckSection(PeerRequest section)
        {
            new GroupSection(section);
        }

        /// <summary>
        /// The section groups of Set-PeerMachine, of Test-PeerMachine where `test`: joins what is wanted, then deletes what was
        /// put here and is not wanted. Adds a phrase for each change or drift; GroupFacts of the wanted groups that are there.
        /// </summary>
        public static object[] Apply(PeerRequest section, ActionContext context, bool test, List<string> phrases)
        {
            GroupSection groups = new GroupSection(section);
            groups.Open(context);
            if (groups.IsEmpty)
            {
                // Nothing wanted and nothing put here: a machine on which grouping does not run can do that.
                groups.Note(test);
                return new object[0];
            }
            using (new PeerGrouping())
            {
                groups.Add(test, phrases);
                groups.Remove(test, phrases);
                return groups.Facts();
            }
        }

        // Reading the whole request is one step and running it another, so that nothing starts before all is checked.
        private static Func<OrderedDictionary> Prepare(string action, IDictionary request)
        {
            switch (action)
            {
                case "New-PeerGroup": return PrepareNew(PeerRequest.Open(request, "identity", "newIdentity", "friendlyName", "classifier", "comment", "memberLifetimeSeconds"));
                case "New-PeerGroupInvitation": return GroupInvitations.Prepare(PeerRequest.Open(request, "group", "identity", "invitees", "lifetimeSeconds"));
                case "Join-PeerGroup": return PrepareJoin(PeerRequest.Open(request, "identity", "invitation"));
                case "Get-PeerGroup": return PrepareGet(PeerRequest.Open(request, "identity"));
                case "Remove-PeerGroup": return PrepareRemove(PeerRequest.Open(request, "group", "identity"));
                default: throw new ArgumentException("This is no action on groups.", "action");
            }
        }

        private static Func<OrderedDictionary> PrepareNew(PeerRequest request)
        {
            Func<string> creator = PrepareCreator(request);
            string friendlyName = request.Text("friendlyName", IdentityActions.FriendlyNamePattern, IdentityActions.FriendlyNameAllowed);
            string classifier = request.Text("classifier", IdentityActions.ClassifierPattern, IdentityActions.ClassifierAllowed);
            string comment = request.OptionalText("comment", @"(?s)^[^\x00]{0,255}\z", "at most 255 characters");
            long lifetime = request.OptionalNumber("memberLifetimeSeconds", 28800, 315360000, DefaultLifetime);
            return delegate
            {
                string identity = creator();
                List<PeerNameEntry> found = new List<PeerNameEntry>();
                foreach (PeerNameEntry entry in PeerIdentities.Groups(identity))
                {
                    if (string.Equals(entry.FriendlyName, friendlyName, StringComparison.Ordinal))
                    {
                        found.Add(entry);
                    }
                }
                if (found.Count > 1)
                {
                    throw new PeerFailure(
                        "PeerGroupAmbiguous",
                        found.Count.ToString(CultureInfo.InvariantCulture) + " groups of " + identity + " have the friendly name " + friendlyName + ".",
                        "Remove all but the one whose peer name is known (Get-PeerGroup, Remove-PeerGroup).");
                }
                OrderedDictionary report = new OrderedDictionary();
                report["created"] = found.Count == 0;
                if (found.Count == 0)
                {
                    using (PeerGroup group = PeerGroup.Create(identity, classifier, friendlyName, comment, TimeSpan.FromSeconds(lifetime)))
                    {
                        // At once: whoever is invited before the creator was connected cannot listen.
                        string connection = PeerGroupConnection.Connect(group, true);
                        report["group"] = GroupMembership.Facts(group, new PeerNameEntry(group.PeerName(), friendlyName), identity, connection);
                    }
                }
                else
                {
                    report["group"] = GroupMembership.Facts(found[0], identity);
                }
                return report;
            };
        }

        // The creator's identity is named, or made by the same action.
        private static Func<string> PrepareCreator(PeerRequest request)
        {
            if (!request.Has("newIdentity"))
            {
                string identity = request.Text("identity", PeerRequest.PeerNamePattern, PeerRequest.PeerNameAllowed + (request.Has("identity") ? string.Empty : ", or newIdentity instead"));
                return delegate
                {
                    GroupMembership.RequireIdentity(identity);
                    return identity;
                };
            }
            if (request.Has("identity"))
            {
                request.PeerName("identity");
            }
            PeerRequest made = request.NeededSection("newIdentity").Allow("friendlyName", "classifier");
            string friendlyName = made.Text("friendlyName", IdentityActions.FriendlyNamePattern, IdentityActions.FriendlyNameAllowed);
            string classifier = made.Text("classifier", IdentityActions.ClassifierPattern, IdentityActions.ClassifierAllowed);
            if (request.Has("identity"))
            {
                throw PeerRequest.Refusal("newIdentity", new OrderedDictionary(), "nothing beside identity");
            }
            return delegate
            {
                bool created;
                return IdentityActions.FindOrCreate(friendlyName, classifier, out created);
            };
        }

        private static Func<OrderedDictionary> PrepareJoin(PeerRequest request)
        {
            string identity = request.PeerName("identity");
            string invitation = request.Utf16("invitation");
            return delegate
            {
                GroupMembership.RequireIdentity(identity);
                PeerInvitation parsed = GroupMembership.Parse(invitation, identity, null);
                OrderedDictionary report = new OrderedDictionary();
                PeerNameEntry entry = GroupMembership.Find(identity, parsed.Group);
                bool joined = entry == null || GroupMembership.HasEnded(identity, entry.PeerName, parsed);
                report["joined"] = joined;
                if (joined)
                {
                    report["group"] = GroupMembership.Join(identity, invitation, parsed, entry != null);
                }
                else
                {
                    report["group"] = GroupMembership.Facts(entry, identity);
                }
                return report;
            };
        }

        private static Func<OrderedDictionary> PrepareGet(PeerRequest request)
        {
            string only = request.Has("identity") ? request.PeerName("identity") : null;
            return delegate
            {
                List<object> groups = new List<object>();
                foreach (PeerNameEntry identity in PeerIdentities.List())
                {
                    if (only != null && !string.Equals(identity.PeerName, only, StringComparison.Ordinal))
                    {
                        continue;
                    }
                    foreach (PeerNameEntry entry in PeerIdentities.Groups(identity.PeerName))
                    {
                        groups.Add(GroupMembership.Facts(entry, identity.PeerName));
                    }
                }
                OrderedDictionary report = new OrderedDictionary();
                report["groups"] = groups.ToArray();
                return report;
            };
        }

        private static Func<OrderedDictionary> PrepareRemove(PeerRequest request)
        {
            string group = request.PeerName("group");
            string identity = request.PeerName("identity");
            return delegate
            {
                // Of an identity that is not there, no group can be: Windows answers that with a failure.
                bool present = IdentityFacts.Find(identity) != null && GroupMembership.Find(identity, group) != null;
                if (present)
                {
                    PeerGroup.Delete(identity, group);
                }
                OrderedDictionary report = new OrderedDictionary();
                report["removed"] = present;
                return report;
            };
        }
    }
}

// What this machine is in a group: found, joined, read.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections.Generic;
using System.Collections.Specialized;

namespace PeerLab
{
    /// <summary>Belonging to a group. Grouping has to be started (PeerGrouping).</summary>
    internal static class GroupMembership
    {
        private const string ClockHint = "Compare the clocks of both machines (w32tm /query /status); if they agree, the invitation has ended: make a new one.";

        /// <summary>Fails with PeerIdentityMissing where the user has no such identity.</summary>
        internal static void RequireIdentity(string identity)
        {
            if (IdentityFacts.Find(identity) == null)
            {
                throw new PeerFailure(
                    "PeerIdentityMissing",
                    "The identity " + identity + " is not on this machine.",
                    "Make it (New-PeerIdentity) or import it (Import-PeerIdentity) before its groups.");
            }
        }

        /// <summary>The group among those of the identity; null where it does not belong to it.</summary>
        internal static PeerNameEntry Find(string identity, string group)
        {
            foreach (PeerNameEntry entry in PeerIdentities.Groups(identity))
            {
                if (string.Equals(entry.PeerName, group, StringComparison.Ordinal))
                {
                    return entry;
                }
            }
            return null;
        }

        /// <summary>Fails with PeerGroupMissing where the identity does not belong to the group.</summary>
        internal static PeerNameEntry Require(string identity, string group)
        {
            PeerNameEntry entry = Find(identity, group);
            if (entry == null)
            {
                throw new PeerFailure(
                    "PeerGroupMissing",
                    "The identity " + identity + " does not belong to the group " + group + " on this machine.",
                    "Join with an invitation for that identity (New-PeerGroupInvitation on a member, Join-PeerGroup here).");
            }
            return entry;
        }

        /// <summary>
        /// What an invitation says. Fails with PeerGroupMismatch where it is for another identity, or another group than the
        /// given one (null: any).
        /// </summary>
        internal static PeerInvitation Parse(string invitation, string identity, string group)
        {
            PeerInvitation parsed;
            try
            {
                parsed = PeerInvitation.Parse(invitation);
            }
            catch (PeerException failure)
            {
                throw Explain(failure, "Pass the invitation on byte for byte; if it is unchanged, it has ended or its issuer was no member: make a new one.");
            }
            if (!string.Equals(parsed.Subject, identity, StringComparison.Ordinal))
            {
                throw new PeerFailure(
                    "PeerGroupMismatch",
                    "The invitation is for " + parsed.Subject + ", not for " + identity + ".",
                    "Give the invitation that was made for this identity's credential.");
            }
            if (group != null && !string.Equals(parsed.Group, group, StringComparison.Ordinal))
            {
                throw new PeerFailure(
                    "PeerGroupMismatch",
                    "The invitation is to the group " + parsed.Group + ", not to " + group + ".",
                    "Give the invitation that was made for this group.");
            }
            return parsed;
        }

        /// <summary>
        /// Joins by an invitation and connects once; GroupFacts. A membership that has ended is deleted before, since Windows
        /// keeps its data.
        /// </summary>
        internal static OrderedDictionary Join(string identity, string invitation, PeerInvitation parsed, bool again)
        {
            if (again)
            {
                PeerGroup.Delete(identity, parsed.Group);
            }
            try
            {
                using (PeerGroup group = PeerGroup.Join(identity, invitation))
                {
                    string connection = PeerGroupConnection.Connect(group, false);
                    return Facts(group, new PeerNameEntry(parsed.Group, parsed.GroupFriendlyName), identity, connection);
                }
            }
            catch (PeerException failure)
            {
                string code = PeerFailure.CodeOf(failure);
                if (code == "PEER_E_INVALID_TIME_PERIOD")
                {
                    throw Explain(failure, ClockHint);
                }
                if (code == "PEER_E_INVITATION_NOT_TRUSTED")
                {
                    throw Explain(failure, "The invitation was changed, has ended, or its issuer may not invite: make a new one.");
                }
                throw;
            }
        }

        /// <summary>
        /// Whether the identity's own credential has ended while the invitation still holds, so that joining again helps.
        /// </summary>
        internal static bool HasEnded(string identity, string group, PeerInvitation invitation)
        {
            DateTime now = DateTime.UtcNow;
            if (invitation.ValidUntil <= now || invitation.ValidFrom > now)
            {
                return false;
            }
            try
            {
                using (PeerGroup opened = PeerGroup.Open(identity, group))
                {
                    if (!PeerGroupConnection.IsSynchronised(opened))
                    {
                        // It knows nothing of the group, its own credential included; connecting tells.
                        return PeerGroupConnection.Connect(opened, false) == "PEER_E_INVALID_TIME_PERIOD";
                    }
                    PeerMemberEntry own = Own(opened.Members(), identity);
                    return own == null || own.ValidUntil <= now;
                }
            }
            catch (PeerException)
            {
                // What cannot be read has not been seen to end.
                return false;
            }
        }

        /// <summary>The entry of an identity; null where it is not listed.</summary>
        internal static PeerMemberEntry Own(PeerMemberEntry[] members, string identity)
        {
            foreach (PeerMemberEntry member in members)
            {
                if (string.Equals(member.Identity, identity, StringComparison.Ordinal))
                {
                    return member;
                }
            }
            return null;
        }

        /// <summary>GroupFacts of a group that the identity belongs to: opens it and connects once.</summary>
        internal static OrderedDictionary Facts(PeerNameEntry entry, string identity)
        {
            try
            {
                using (PeerGroup group = PeerGroup.Open(identity, entry.PeerName))
                {
                    return Facts(group, entry, identity, PeerGroupConnection.Connect(group, IsAlone(group, identity)));
                }
            }
            catch (PeerException failure)
            {
                if (PeerCodes.MeansNoKeyAccess(PeerFailure.CodeOf(failure)))
                {
                    throw;
                }
                return Facts(entry, identity, string.Empty, PeerFailure.CodeOf(failure), new object[0]);
            }
        }

        /// <summary>GroupFacts of an opened group.</summary>
        internal static OrderedDictionary Facts(PeerGroup group, PeerNameEntry entry, string identity, string connection)
        {
            string creator = string.Empty;
            object[] members = new object[0];
            try
            {
                creator = group.Creator();
                members = MemberFacts(group.Members());
            }
            catch (PeerException failure)
            {
                if (PeerFailure.CodeOf(failure) != "PEER_E_GROUP_NOT_READY")
                {
                    throw;
                }
            }
            return Facts(entry, identity, creator, connection, members);
        }

        /// <summary>GroupMember of the contract, of each.</summary>
        internal static object[] MemberFacts(PeerMemberEntry[] members)
        {
            List<object> facts = new List<object>();
            foreach (PeerMemberEntry member in members)
            {
                OrderedDictionary fields = new OrderedDictionary();
                fields["peerName"] = member.Identity;
                fields["role"] = PeerRoles.Name(member.Roles);
                fields["expires"] = PeerMemory.Iso(member.ValidUntil);
                fields["present"] = member.Present;
                facts.Add(fields);
            }
            return facts.ToArray();
        }

        /// <summary>The same failure with advice that fits what was tried.</summary>
        internal static PeerFailure Explain(PeerException failure, string hint)
        {
            return new PeerFailure(PeerFailure.CodeOf(failure), failure.Message, hint, failure.HResult);
        }

        private static bool IsAlone(PeerGroup group, string identity)
        {
            try
            {
                PeerMemberEntry[] members = group.Members();
                return members.Length == 1 && members[0].Identity == identity && group.Creator() == identity;
            }
            catch (PeerException)
            {
                // PEER_E_GROUP_NOT_READY: there are others, it has only not met them yet.
                return false;
            }
        }

        private static OrderedDictionary Facts(PeerNameEntry entry, string identity, string creator, string connection, object[] members)
        {
            OrderedDictionary facts = new OrderedDictionary();
            facts["group"] = entry.PeerName;
            facts["friendlyName"] = entry.FriendlyName;
            facts["identity"] = identity;
            facts["creator"] = creator;
            facts["connection"] = connection;
            facts["members"] = members;
            return facts;
        }
    }
}

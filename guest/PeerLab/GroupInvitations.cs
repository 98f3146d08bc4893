// The action New-PeerGroupInvitation.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections.Generic;
using System.Collections.Specialized;

namespace PeerLab
{
    /// <summary>Invitations to a group, one for each invitee.</summary>
    internal static class GroupInvitations
    {
        private struct Invitee
        {
            internal string Path;
            internal string Credential;
            internal string Role;
        }

        /// <summary>Reads the whole request; what is returned makes the invitations.</summary>
        internal static Func<OrderedDictionary> Prepare(PeerRequest request)
        {
            string group = request.PeerName("group");
            string identity = request.PeerName("identity");
            List<Invitee> invitees = new List<Invitee>();
            foreach (PeerRequest item in request.Objects("invitees", 1))
            {
                item.Allow("credential", "role");
                invitees.Add(new Invitee
                {
                    Path = item.PathOf("credential"),
                    Credential = item.Utf16("credential"),
                    Role = item.Text("role", "^(" + string.Join("|", PeerRoles.Names) + @")\z", string.Join(", ", PeerRoles.Names)),
                });
            }
            long lifetime = request.Number("lifetimeSeconds", 300, 31536000);
            return delegate
            {
                GroupMembership.RequireIdentity(identity);
                GroupMembership.Require(identity, group);
                List<object> invitations = new List<object>();
                using (PeerGroup opened = PeerGroup.Open(identity, group))
                {
                    DateTime expires = Expiry(opened, identity, DateTime.UtcNow + TimeSpan.FromSeconds(lifetime));
                    bool connected = false;
                    foreach (Invitee invitee in invitees)
                    {
                        invitations.Add(Invite(opened, invitee, expires, ref connected));
                    }
                }
                OrderedDictionary report = new OrderedDictionary();
                report["invitations"] = invitations.ToArray();
                return report;
            };
        }

        // Windows refuses an invitation that outlasts its issuer's own membership.
        private static DateTime Expiry(PeerGroup group, string identity, DateTime wanted)
        {
            try
            {
                PeerMemberEntry own = GroupMembership.Own(group.Members(), identity);
                return own != null && own.ValidUntil > DateTime.UtcNow && own.ValidUntil < wanted ? own.ValidUntil : wanted;
            }
            catch (PeerException)
            {
                // Not synchronised: whether it may invite is what the call itself answers.
                return wanted;
            }
        }

        private static OrderedDictionary Invite(PeerGroup group, Invitee invitee, DateTime expires, ref bool connected)
        {
            while (true)
            {
                try
                {
                    string invitation = group.CreateInvitation(invitee.Credential, PeerRoles.Of(invitee.Role), expires);
                    PeerInvitation parsed = PeerInvitation.Parse(invitation);
                    OrderedDictionary fields = new OrderedDictionary();
                    fields["peerName"] = parsed.Subject;
                    fields["invitation"] = PeerRequest.ToBase64(invitation);
                    fields["expires"] = PeerMemory.Iso(parsed.ValidUntil);
                    return fields;
                }
                catch (PeerException failure)
                {
                    if (PeerFailure.CodeOf(failure) != "PEER_E_GROUP_NOT_READY" || connected)
                    {
                        throw Explain(failure, invitee);
                    }
                }

                // It has never synchronised with the group; once connected it does.
                connected = true;
                PeerGroupConnection.Connect(group, false);
            }
        }

        private static Exception Explain(PeerException failure, Invitee invitee)
        {
            switch (PeerFailure.CodeOf(failure))
            {
                case "PEER_E_NOT_AUTHORIZED":
                    return GroupMembership.Explain(failure, "Invite from an administrator, or an inviting member for roles not above its own; the role here is " + invitee.Role + ".");
                case "PEER_E_GROUP_NOT_READY":
                    return GroupMembership.Explain(failure, "This machine has not synchronised with the group: let another member be connected, then run this again.");
                case "PEER_E_INVALID_TIME_PERIOD":
                    return GroupMembership.Explain(failure, "Compare the clocks of the members (w32tm /query /status), and see whether the inviting member's own credential has ended.");
                case "E_INVALIDARG":
                    return new PeerFailure("E_INVALIDARG", invitee.Path + ": " + failure.Message, "Give the credential of the invitee from New-PeerIdentity or Get-PeerIdentity, unaltered.", failure.HResult);
                default:
                    return failure;
            }
        }
    }
}

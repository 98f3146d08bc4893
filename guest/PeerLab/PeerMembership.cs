// Members, roles and invitations of groups, as p2p.dll describes them.
//
// C# 5: Windows PowerShell 5.1 compiles this with the compiler of the .NET Framework.

using System;

namespace PeerLab
{
    /// <summary>The roles of p2p.h under the names of the contract.</summary>
    public static class PeerRoles
    {
        /// <summary>Invites, issues credentials, and whatever a member may.</summary>
        public static readonly Guid Administrator = new Guid("04387127-aa56-450a-8ce5-4f565c6790f4");

        /// <summary>Invites, and whatever a member may.</summary>
        public static readonly Guid InvitingMember = new Guid("4370fd89-dc18-4cfb-8dbf-9853a8a9f905");

        /// <summary>Publishes in the group.</summary>
        public static readonly Guid Member = new Guid("f12dc4c7-0857-4ca0-93fc-b1bb19a3d8c2");

        /// <summary>The names that <see cref="Of"/> knows.</summary>
        public static readonly string[] Names = { "administrator", "invitingMember", "member" };

        /// <summary>The highest of a member's roles.</summary>
        public static string Name(Guid[] roles)
        {
            return Array.IndexOf(roles, Administrator) >= 0 ? "administrator" : Array.IndexOf(roles, InvitingMember) >= 0 ? "invitingMember" : "member";
        }

        /// <summary>The role of a name; a member for any that is not known.</summary>
        public static Guid Of(string name)
        {
            return name == "administrator" ? Administrator : name == "invitingMember" ? InvitingMember : Member;
        }
    }

    /// <summary>A member as a group lists it; times are UTC.</summary>
    public sealed class PeerMemberEntry
    {
        /// <summary>The peer name of its identity.</summary>
        public string Identity { get; internal set; }

        /// <summary>The roles of its credential.</summary>
        public Guid[] Roles { get; internal set; }

        /// <summary>When its credential begins.</summary>
        public DateTime ValidFrom { get; internal set; }

        /// <summary>When its credential ends.</summary>
        public DateTime ValidUntil { get; internal set; }

        /// <summary>Whether it is connected to the group now.</summary>
        public bool Present { get; internal set; }
    }

    /// <summary>What an invitation says; times are UTC.</summary>
    public sealed class PeerInvitation
    {
        /// <summary>The peer name of the group.</summary>
        public string Group { get; internal set; }

        /// <summary>What the group is called.</summary>
        public string GroupFriendlyName { get; internal set; }

        /// <summary>The peer name of whom it invites.</summary>
        public string Subject { get; internal set; }

        /// <summary>The peer name of who invites.</summary>
        public string Issuer { get; internal set; }

        /// <summary>From when on it can be used.</summary>
        public DateTime ValidFrom { get; internal set; }

        /// <summary>Until when it can be used.</summary>
        public DateTime ValidUntil { get; internal set; }

        /// <summary>Failures are PeerException: PEER_E_INVITATION_NOT_TRUSTED where it is none, or altered.</summary>
        public static PeerInvitation Parse(string invitation)
        {
            IntPtr data;
            PeerMemory.Check("PeerGroupParseInvitation", NativeMethods.PeerGroupParseInvitation(invitation, out data));
            try
            {
                NativeMethods.PeerInvitationInfo info = PeerMemory.Read<NativeMethods.PeerInvitationInfo>(data);
                return new PeerInvitation
                {
                    Group = PeerMemory.ReadString(info.GroupPeerName),
                    GroupFriendlyName = PeerMemory.ReadString(info.GroupFriendlyName),
                    Subject = PeerMemory.ReadString(info.SubjectPeerName),
                    Issuer = PeerMemory.ReadString(info.IssuerPeerName),
                    ValidFrom = PeerMemory.Time(info.ValidityStart),
                    ValidUntil = PeerMemory.Time(info.ValidityEnd),
                };
            }
            finally
            {
                PeerMemory.Free(data);
            }
        }
    }
}

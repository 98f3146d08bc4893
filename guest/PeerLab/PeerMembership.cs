// Members, roles and invitations of groups, as p2p.dll describes them.
//
// C# 5: Windows PowerShell 5.1 compiles this with the compiler of the .NET Framework.

using System;

namespace PeerLab
{
    /// <summary>The roles of p2p.h under the names of the contract.</summary>
    public static class PeerRoles
    {
        public static readonly Guid Administrator = new Guid("04387127-aa56-450a-8ce5-4f565c6790f4");
        public static readonly Guid InvitingMember = new Guid("4370fd89-dc18-4cfb-8dbf-9853a8a9f905");
        public static readonly Guid Member = new Guid("f12dc4c7-0857-4ca0-93fc-b1bb19a3d8c2");

        /// <summary>The names that <see cref="Of"/> knows.</summary>
        public static readonly string[] Names = { "administrator", "invitingMember", "member" };

        /// <summary>The highest of a member's roles.</summary>
        public static string Name(Guid[] roles)
        {
            return Array.IndexOf(roles, Administrator) >= 0 ? "administrator" : Array.IndexOf(roles, InvitingMember) >= 0 ? "invitingMember" : "member";
        }

        public static Guid Of(string name)
        {
            return name == "administrator" ? Administrator : name == "invitingMember" ? InvitingMember : Member;
        }
    }

    /// <summary>A member as a group lists it; times are UTC.</summary>
    public sealed class PeerMemberEntry
    {
        public string Identity { get; internal set; }

        public Guid[] Roles { get; internal set; }

        public DateTime ValidFrom { get; internal set; }

        public DateTime ValidUntil { get; internal set; }

        public bool Present { get; internal set; }
    }

    /// <summary>What an invitation says; times are UTC.</summary>
    public sealed class PeerInvitation
    {
        public string Group { get; internal set; }

        public string GroupFriendlyName { get; internal set; }

        public string Subject { get; internal set; }

        public string Issuer { get; internal set; }

        public DateTime ValidFrom { get; internal set; }

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

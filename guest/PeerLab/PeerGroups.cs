// Calls of p2p.dll on groups.
//
// C# 5: Windows PowerShell 5.1 compiles this with the compiler of the .NET Framework.

using System;
using System.Collections.Generic;
using System.Net;
using System.Runtime.InteropServices;

namespace PeerLab
{
    /// <summary>Grouping started for as long as the object lives. Failures are PeerException: PNRP has to run before.</summary>
    public sealed class PeerGrouping : IDisposable
    {
        private bool started;

        /// <summary>ERROR_SERVICE_DEPENDENCY_FAIL where PNRPsvc does not run.</summary>
        public PeerGrouping()
        {
            NativeMethods.PeerVersionData version;
            PeerMemory.Check("PeerGroupStartup", NativeMethods.PeerGroupStartup(NativeMethods.PeerGroupVersion, out version));
            started = true;
        }

        /// <summary>Ends grouping; every group has to be closed before.</summary>
        public void Dispose()
        {
            if (started)
            {
                started = false;
                NativeMethods.PeerGroupShutdown();
            }
        }
    }

    /// <summary>A group that is opened until the object is disposed of. Failures are PeerException.</summary>
    public sealed class PeerGroup : IDisposable
    {
        private IntPtr handle;

        private PeerGroup(IntPtr handle)
        {
            this.handle = handle;
        }

        internal IntPtr Handle
        {
            get { return handle; }
        }

        /// <summary>
        /// Makes a group of which the creator is the only member. It has to be connected at once: Windows documents that
        /// invited members cannot listen otherwise.
        /// </summary>
        /// <param name="memberLifetime">How long a member's credential holds, in whole seconds: 8 hours to 10 years.</param>
        public static PeerGroup Create(string creator, string classifier, string friendlyName, string comment, TimeSpan memberLifetime)
        {
            NativeMethods.PeerGroupProperties properties = new NativeMethods.PeerGroupProperties();
            properties.Size = (uint)Marshal.SizeOf(typeof(NativeMethods.PeerGroupProperties));
            properties.MemberDataLifetime = (uint)memberLifetime.TotalSeconds;
            properties.PresenceLifetime = 300; // the least that is allowed, and the default
            properties.AuthenticationSchemes = NativeMethods.PeerGroupGmcAuthentication;
            try
            {
                properties.CreatorPeerName = Marshal.StringToHGlobalUni(creator);
                properties.Classifier = Marshal.StringToHGlobalUni(classifier);
                properties.FriendlyName = Marshal.StringToHGlobalUni(friendlyName);
                properties.Comment = Marshal.StringToHGlobalUni(comment);
                IntPtr handle;
                PeerMemory.Check("PeerGroupCreate", NativeMethods.PeerGroupCreate(ref properties, out handle));
                return new PeerGroup(handle);
            }
            finally
            {
                // A null pointer, of a text that is absent or was not reached, is ignored.
                Marshal.FreeHGlobal(properties.CreatorPeerName);
                Marshal.FreeHGlobal(properties.Classifier);
                Marshal.FreeHGlobal(properties.FriendlyName);
                Marshal.FreeHGlobal(properties.Comment);
            }
        }

        /// <summary>Opens a group that the identity made or joined, in the cloud that the group names.</summary>
        public static PeerGroup Open(string identity, string group)
        {
            IntPtr handle;
            PeerMemory.Check("PeerGroupOpen", NativeMethods.PeerGroupOpen(identity, group, null, out handle));
            return new PeerGroup(handle);
        }

        /// <summary>Makes the identity that is invited a member, and opens the group; connecting is the next step.</summary>
        public static PeerGroup Join(string identity, string invitation)
        {
            IntPtr handle;
            PeerMemory.Check("PeerGroupJoin", NativeMethods.PeerGroupJoin(identity, invitation, null, out handle));
            return new PeerGroup(handle);
        }

        /// <summary>Deletes the group's data from this machine. Handles of it are invalid afterwards: close them before.</summary>
        public static void Delete(string identity, string group)
        {
            PeerMemory.Check("PeerGroupDelete", NativeMethods.PeerGroupDelete(identity, group));
        }

        /// <summary>Begins to connect; what comes of it is told by events (PeerGroupEvents).</summary>
        public void Connect()
        {
            PeerMemory.Check("PeerGroupConnect", NativeMethods.PeerGroupConnect(handle));
        }

        /// <summary>Begins to connect to members at known addresses, without looking the group up in a cloud.</summary>
        public void ConnectByAddress(IPEndPoint[] members)
        {
            NativeMethods.PeerAddress[] addresses = new NativeMethods.PeerAddress[members.Length];
            for (int i = 0; i < members.Length; i++)
            {
                addresses[i].Size = (uint)Marshal.SizeOf(typeof(NativeMethods.PeerAddress));
                addresses[i].Sin6.Family = PeerSocketAddress.FamilyIPv6;
                addresses[i].Sin6.Port = unchecked((ushort)IPAddress.HostToNetworkOrder((short)members[i].Port));
                addresses[i].Sin6.Address = members[i].Address.GetAddressBytes();
                addresses[i].Sin6.ScopeId = (uint)members[i].Address.ScopeId;
            }
            PeerMemory.Check("PeerGroupConnectByAddress", NativeMethods.PeerGroupConnectByAddress(handle, (uint)addresses.Length, addresses));
        }

        /// <summary>PEER_GROUP_STATUS: 1 listening, 2 connected to another member.</summary>
        public uint Status()
        {
            uint status;
            PeerMemory.Check("PeerGroupGetStatus", NativeMethods.PeerGroupGetStatus(handle, out status));
            return status;
        }

        /// <summary>The peer name of the group itself.</summary>
        public string PeerName()
        {
            return ReadProperties(properties => PeerMemory.ReadString(properties.GroupPeerName));
        }

        /// <summary>The peer name of who made the group; empty where the machine has not synchronised with it.</summary>
        public string Creator()
        {
            return ReadProperties(properties => PeerMemory.ReadString(properties.CreatorPeerName));
        }

        /// <summary>How long a credential holds; zero: as long as that of its issuer.</summary>
        public TimeSpan MemberLifetime()
        {
            return ReadProperties(properties => TimeSpan.FromSeconds(properties.MemberDataLifetime));
        }

        /// <summary>The members known to this machine, itself first.</summary>
        public PeerMemberEntry[] Members()
        {
            List<PeerMemberEntry> members = new List<PeerMemberEntry>();
            IntPtr enumeration;
            PeerMemory.Check("PeerGroupEnumMembers", NativeMethods.PeerGroupEnumMembers(handle, 0, null, out enumeration));
            PeerMemory.Enumerate(enumeration, item => members.Add(ReadMember(item)));
            return members.ToArray();
        }

        /// <summary>An invitation for the owner of a public credential (PeerIdentities.GetXml), unaltered.</summary>
        public string CreateInvitation(string credential, Guid role, DateTime expires)
        {
            System.Runtime.InteropServices.ComTypes.FILETIME end = PeerMemory.Time(expires);
            IntPtr invitation;
            PeerMemory.Check("PeerGroupCreateInvitation", NativeMethods.PeerGroupCreateInvitation(handle, credential, ref end, 1, new Guid[] { role }, out invitation));
            return PeerMemory.TakeString(invitation);
        }

        /// <summary>
        /// Issues a member's credential anew, with the same key and roles, and publishes it in the group, where the member
        /// picks it up by itself. Only for an administrator.
        /// </summary>
        public void RenewCredential(string member, DateTime from, DateTime until)
        {
            bool found = false;
            IntPtr enumeration;
            PeerMemory.Check("PeerGroupEnumMembers", NativeMethods.PeerGroupEnumMembers(handle, 0, null, out enumeration));
            PeerMemory.Enumerate(
                enumeration,
                delegate(IntPtr item)
                {
                    // Within the visit, because key, name and roles are passed on as they stand in the group's memory.
                    NativeMethods.PeerMember entry = PeerMemory.Read<NativeMethods.PeerMember>(item);
                    if (found || entry.CredentialInfo == IntPtr.Zero || PeerMemory.ReadString(entry.Identity) != member)
                    {
                        return;
                    }
                    found = true;
                    NativeMethods.PeerCredentialInfo credential = PeerMemory.Read<NativeMethods.PeerCredentialInfo>(entry.CredentialInfo);
                    credential.Size = (uint)Marshal.SizeOf(typeof(NativeMethods.PeerCredentialInfo));
                    credential.Flags = 0;
                    credential.ValidityStart = PeerMemory.Time(from);
                    credential.ValidityEnd = PeerMemory.Time(until);
                    IntPtr invitation;
                    PeerMemory.Check("PeerGroupIssueCredentials", NativeMethods.PeerGroupIssueCredentials(handle, member, ref credential, NativeMethods.PeerGroupStoreCredentials, out invitation));
                    PeerMemory.Free(invitation);
                });
            if (!found)
            {
                throw new PeerException("PeerGroupEnumMembers", IdentityNotFound);
            }
        }

        /// <summary>Closes the group, which also ends its connection.</summary>
        public void Dispose()
        {
            if (handle != IntPtr.Zero)
            {
                IntPtr closing = handle;
                handle = IntPtr.Zero;
                NativeMethods.PeerGroupClose(closing);
            }
        }

        private const int IdentityNotFound = unchecked((int)0x80630401);

        private static PeerMemberEntry ReadMember(IntPtr item)
        {
            NativeMethods.PeerMember entry = PeerMemory.Read<NativeMethods.PeerMember>(item);
            NativeMethods.PeerCredentialInfo credential = entry.CredentialInfo == IntPtr.Zero
                ? new NativeMethods.PeerCredentialInfo()
                : PeerMemory.Read<NativeMethods.PeerCredentialInfo>(entry.CredentialInfo);
            return new PeerMemberEntry
            {
                Identity = PeerMemory.ReadString(entry.Identity),
                Roles = PeerMemory.Roles(credential.Roles, credential.RoleCount),
                ValidFrom = PeerMemory.Time(credential.ValidityStart),
                ValidUntil = PeerMemory.Time(credential.ValidityEnd),
                Present = (entry.Flags & NativeMethods.PeerMemberPresent) != 0,
            };
        }

        private T ReadProperties<T>(Func<NativeMethods.PeerGroupProperties, T> read)
        {
            IntPtr data;
            PeerMemory.Check("PeerGroupGetProperties", NativeMethods.PeerGroupGetProperties(handle, out data));
            try
            {
                return read(PeerMemory.Read<NativeMethods.PeerGroupProperties>(data));
            }
            finally
            {
                PeerMemory.Free(data);
            }
        }
    }
}

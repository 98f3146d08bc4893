// The structures of p2p.dll that are used here.
//
// They carry Microsoft's names in Pascal case; order, width and sign of the fields are those of p2p.h on x64, and their
// names lose the Hungarian prefix. A text inside a structure is an IntPtr, since who frees it depends on who made it.
//
// C# 5: Windows PowerShell 5.1 compiles this with the compiler of the .NET Framework.

using System;
using System.Runtime.InteropServices;
using FILETIME = System.Runtime.InteropServices.ComTypes.FILETIME;

namespace PeerLab
{
    internal static partial class NativeMethods
    {
        [StructLayout(LayoutKind.Sequential)]
        internal struct PeerNamePair
        {
            internal uint Size;
            internal IntPtr PeerName;
            internal IntPtr FriendlyName;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct PeerVersionData
        {
            internal ushort Version;
            internal ushort HighestVersion;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct PeerData
        {
            internal uint DataSize;
            internal IntPtr Data;
        }

        /// <summary>SOCKADDR_IN6 of ws2ipdef.h. Port and address in network byte order.</summary>
        [StructLayout(LayoutKind.Sequential)]
        internal struct SockAddrIn6
        {
            internal ushort Family;
            internal ushort Port;
            internal uint FlowInfo;

            [MarshalAs(UnmanagedType.ByValArray, SizeConst = 16)]
            internal byte[] Address;

            internal uint ScopeId;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct PeerAddress
        {
            internal uint Size;
            internal SockAddrIn6 Sin6;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct PeerCredentialInfo
        {
            internal uint Size;
            internal uint Flags;
            internal IntPtr FriendlyName;
            internal IntPtr PublicKey;
            internal IntPtr IssuerPeerName;
            internal IntPtr IssuerFriendlyName;
            internal FILETIME ValidityStart;
            internal FILETIME ValidityEnd;
            internal uint RoleCount;
            internal IntPtr Roles;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct PeerMember
        {
            internal uint Size;
            internal uint Flags;
            internal IntPtr Identity;
            internal IntPtr Attributes;
            internal ulong NodeId;
            internal uint AddressCount;
            internal IntPtr Addresses;
            internal IntPtr CredentialInfo;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct PeerInvitationInfo
        {
            internal uint Size;
            internal uint Flags;
            internal IntPtr CloudName;
            internal uint Scope;
            internal uint CloudFlags;
            internal IntPtr GroupPeerName;
            internal IntPtr IssuerPeerName;
            internal IntPtr SubjectPeerName;
            internal IntPtr GroupFriendlyName;
            internal IntPtr IssuerFriendlyName;
            internal IntPtr SubjectFriendlyName;
            internal FILETIME ValidityStart;
            internal FILETIME ValidityEnd;
            internal uint RoleCount;
            internal IntPtr Roles;
            internal uint ClassifierCount;
            internal IntPtr Classifiers;
            internal IntPtr SubjectPublicKey;
            internal uint AuthScheme;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct PeerGroupProperties
        {
            internal uint Size;
            internal uint Flags;
            internal IntPtr Cloud;
            internal IntPtr Classifier;
            internal IntPtr GroupPeerName;
            internal IntPtr CreatorPeerName;
            internal IntPtr FriendlyName;
            internal IntPtr Comment;
            internal uint MemberDataLifetime;
            internal uint PresenceLifetime;
            internal uint AuthenticationSchemes;
            internal IntPtr GroupPassword;
            internal Guid GroupPasswordRole;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct PeerGroupEventRegistration
        {
            internal int EventType;
            internal IntPtr Type;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct PeerEventIncomingData
        {
            internal uint Size;
            internal ulong ConnectionId;
            internal Guid Type;
            internal PeerData Data;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct PeerEventRecordChangeData
        {
            internal uint Size;
            internal int ChangeType;
            internal Guid RecordId;
            internal Guid RecordType;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct PeerEventConnectionChangeData
        {
            internal uint Size;
            internal int Status;
            internal ulong ConnectionId;
            internal ulong NodeId;
            internal ulong NextConnectionId;
            internal int ConnectionFailedReason;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct PeerEventMemberChangeData
        {
            internal uint Size;
            internal int ChangeType;
            internal IntPtr Identity;
        }

        /// <summary>A union behind the type: its widest alternative is 8-byte aligned, hence the offset.</summary>
        [StructLayout(LayoutKind.Explicit)]
        internal struct PeerGroupEventData
        {
            [FieldOffset(0)]
            internal int EventType;

            [FieldOffset(8)]
            internal uint Status;

            [FieldOffset(8)]
            internal PeerEventIncomingData IncomingData;

            [FieldOffset(8)]
            internal PeerEventRecordChangeData RecordChangeData;

            [FieldOffset(8)]
            internal PeerEventConnectionChangeData ConnectionChangeData;

            [FieldOffset(8)]
            internal PeerEventMemberChangeData MemberChangeData;

            [FieldOffset(8)]
            internal int ConnectionFailedReason;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct PeerPnrpRegistrationInfo
        {
            internal IntPtr CloudName;
            internal IntPtr PublishingIdentity;
            internal uint AddressCount;
            internal IntPtr Addresses;
            internal ushort Port;
            internal IntPtr Comment;
            internal PeerData Payload;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct PeerPnrpEndpointInfo
        {
            internal IntPtr PeerName;
            internal uint AddressCount;
            internal IntPtr Addresses;
            internal IntPtr Comment;
            internal PeerData Payload;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct PeerPnrpCloudInfo
        {
            internal IntPtr CloudName;
            internal int Scope;
            internal uint ScopeId;
        }
    }
}

// The functions of p2p.dll that are used here; their structures are in NativeStructures.cs.
//
// Order, width and sign of every parameter are those of p2p.h on x64. Texts are UTF-16. Functions return an HRESULT that
// is a success when it is not negative, and what they hand out goes back through PeerFreeData.
//
// C# 5: Windows PowerShell 5.1 compiles this with the compiler of the .NET Framework.

using System;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using FILETIME = System.Runtime.InteropServices.ComTypes.FILETIME;

namespace PeerLab
{
    internal static partial class NativeMethods
    {
        internal const ushort PeerGroupVersion = 0x0101;
        internal const ushort PnrpVersion = 0x0002;

        /// <summary>As the number of addresses of a registration: Windows chooses them and keeps them up to date.</summary>
        internal const uint PeerPnrpAutoAddresses = 0xFFFFFFFF;

        /// <summary>PEER_GROUP_STORE_CREDENTIALS: publish the new credential in the group, where its subject picks it up.</summary>
        internal const uint PeerGroupStoreCredentials = 0x0001;

        // PEER_GROUP_EVENT_TYPE
        internal const int PeerGroupEventStatusChanged = 1;
        internal const int PeerGroupEventMemberChanged = 8;
        internal const int PeerGroupEventConnectionFailed = 10;

        // PEER_GROUP_STATUS
        internal const uint PeerGroupStatusListening = 0x0001;
        internal const uint PeerGroupStatusHasConnections = 0x0002;

        // PEER_MEMBER_FLAGS
        internal const uint PeerMemberPresent = 0x0001;

        // PEER_GROUP_AUTHENTICATION_SCHEME; the page of PeerGroupCreatePasswordInvitation numbers them otherwise.
        internal const uint PeerGroupGmcAuthentication = 1;

        [DllImport("p2p.dll")]
        internal static extern void PeerFreeData(IntPtr data);

        [DllImport("p2p.dll")]
        internal static extern int PeerGetItemCount(IntPtr enumeration, out uint count);

        [DllImport("p2p.dll")]
        internal static extern int PeerGetNextItem(IntPtr enumeration, ref uint count, out IntPtr items);

        [DllImport("p2p.dll")]
        internal static extern int PeerEndEnumeration(IntPtr enumeration);

        [DllImport("p2p.dll", CharSet = CharSet.Unicode)]
        internal static extern int PeerIdentityCreate(string classifier, string friendlyName, IntPtr cryptProv, out IntPtr identity);

        [DllImport("p2p.dll", CharSet = CharSet.Unicode)]
        internal static extern int PeerIdentityExport(string identity, string password, out IntPtr exportXml);

        [DllImport("p2p.dll", CharSet = CharSet.Unicode)]
        internal static extern int PeerIdentityImport(string importXml, string password, out IntPtr identity);

        [DllImport("p2p.dll", CharSet = CharSet.Unicode)]
        internal static extern int PeerIdentityDelete(string identity);

        [DllImport("p2p.dll", CharSet = CharSet.Unicode)]
        internal static extern int PeerIdentityGetFriendlyName(string identity, out IntPtr friendlyName);

        [DllImport("p2p.dll", CharSet = CharSet.Unicode)]
        internal static extern int PeerIdentitySetFriendlyName(string identity, string friendlyName);

        [DllImport("p2p.dll", CharSet = CharSet.Unicode)]
        internal static extern int PeerIdentityGetXML(string identity, out IntPtr identityXml);

        [DllImport("p2p.dll", CharSet = CharSet.Unicode)]
        internal static extern int PeerIdentityGetCryptKey(string identity, out IntPtr cryptProv);

        [DllImport("p2p.dll", CharSet = CharSet.Unicode)]
        internal static extern int PeerCreatePeerName(string identity, string classifier, ref IntPtr peerName);

        [DllImport("p2p.dll")]
        internal static extern int PeerEnumIdentities(out IntPtr enumeration);

        [DllImport("p2p.dll", CharSet = CharSet.Unicode)]
        internal static extern int PeerEnumGroups(string identity, out IntPtr enumeration);

        [DllImport("p2p.dll")]
        internal static extern int PeerGroupStartup(ushort versionRequested, out PeerVersionData version);

        [DllImport("p2p.dll")]
        internal static extern int PeerGroupShutdown();

        [DllImport("p2p.dll")]
        internal static extern int PeerGroupCreate(ref PeerGroupProperties properties, out IntPtr group);

        [DllImport("p2p.dll", CharSet = CharSet.Unicode)]
        internal static extern int PeerGroupOpen(string identity, string groupPeerName, string cloud, out IntPtr group);

        [DllImport("p2p.dll", CharSet = CharSet.Unicode)]
        internal static extern int PeerGroupJoin(string identity, string invitation, string cloud, out IntPtr group);

        [DllImport("p2p.dll")]
        internal static extern int PeerGroupConnect(IntPtr group);

        [DllImport("p2p.dll")]
        internal static extern int PeerGroupConnectByAddress(IntPtr group, uint addressCount, [In] PeerAddress[] addresses);

        [DllImport("p2p.dll")]
        internal static extern int PeerGroupClose(IntPtr group);

        [DllImport("p2p.dll", CharSet = CharSet.Unicode)]
        internal static extern int PeerGroupDelete(string identity, string groupPeerName);

        [DllImport("p2p.dll", CharSet = CharSet.Unicode)]
        internal static extern int PeerGroupCreateInvitation(IntPtr group, string identityInfo, ref FILETIME expiration, uint roleCount, [In] Guid[] roles, out IntPtr invitation);

        [DllImport("p2p.dll", CharSet = CharSet.Unicode)]
        internal static extern int PeerGroupParseInvitation(string invitation, out IntPtr invitationInfo);

        [DllImport("p2p.dll", CharSet = CharSet.Unicode)]
        internal static extern int PeerGroupIssueCredentials(IntPtr group, string subjectIdentity, ref PeerCredentialInfo credentialInfo, uint flags, out IntPtr invitation);

        [DllImport("p2p.dll", CharSet = CharSet.Unicode)]
        internal static extern int PeerGroupEnumMembers(IntPtr group, uint flags, string identity, out IntPtr enumeration);

        [DllImport("p2p.dll")]
        internal static extern int PeerGroupGetStatus(IntPtr group, out uint status);

        [DllImport("p2p.dll")]
        internal static extern int PeerGroupGetProperties(IntPtr group, out IntPtr properties);

        [DllImport("p2p.dll")]
        internal static extern int PeerGroupRegisterEvent(IntPtr group, SafeWaitHandle signal, uint registrationCount, [In] PeerGroupEventRegistration[] registrations, out IntPtr peerEvent);

        [DllImport("p2p.dll")]
        internal static extern int PeerGroupUnregisterEvent(IntPtr peerEvent);

        [DllImport("p2p.dll")]
        internal static extern int PeerGroupGetEventData(IntPtr peerEvent, out IntPtr eventData);

        [DllImport("p2p.dll")]
        internal static extern int PeerPnrpStartup(ushort versionRequested);

        [DllImport("p2p.dll")]
        internal static extern int PeerPnrpShutdown();

        [DllImport("p2p.dll", CharSet = CharSet.Unicode)]
        internal static extern int PeerPnrpRegister(string peerName, ref PeerPnrpRegistrationInfo registrationInfo, out IntPtr registration);

        [DllImport("p2p.dll")]
        internal static extern int PeerPnrpUpdateRegistration(IntPtr registration, ref PeerPnrpRegistrationInfo registrationInfo);

        [DllImport("p2p.dll")]
        internal static extern int PeerPnrpUnregister(IntPtr registration);

        [DllImport("p2p.dll", CharSet = CharSet.Unicode)]
        internal static extern int PeerPnrpResolve(string peerName, string cloudName, ref uint endpointCount, out IntPtr endpoints);

        [DllImport("p2p.dll")]
        internal static extern int PeerPnrpGetCloudInfo(out uint cloudCount, out IntPtr clouds);
    }
}

// What p2p.dll refuses by its pages although no wrapper of the guest files ever asks it: so that a wrapper that comes to do
// so fails in the tests.

using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace PeerLab
{
    internal static class ArgumentRules
    {
        /// <summary>Each rule's name with the name of what was answered. Grouping and PNRP must not be started.</summary>
        internal static string[] Run()
        {
            List<string> answers = new List<string>();
            Action<string, int> note = (rule, hresult) => answers.Add(rule + ": " + PeerCodes.Name(hresult));
            IntPtr found;
            uint count = 1;
            note("export without identity", NativeMethods.PeerIdentityExport(null, "secret", out found));
            note("export without password", NativeMethods.PeerIdentityExport("0.a", null, out found));
            note("import without text", NativeMethods.PeerIdentityImport(null, "secret", out found));
            note("import without password", NativeMethods.PeerIdentityImport("<a/>", null, out found));
            note("delete without identity", NativeMethods.PeerIdentityDelete(null));
            note("friendly name of nobody", NativeMethods.PeerIdentityGetFriendlyName(null, out found));
            note("key of nobody", NativeMethods.PeerIdentityGetCryptKey(null, out found));
            note("groups of nobody", NativeMethods.PeerEnumGroups(null, out found));
            found = IntPtr.Zero;
            note("peer name of neither identity nor classifier", NativeMethods.PeerCreatePeerName(null, null, ref found));
            found = new IntPtr(1);
            note("peer name into a pointer that is not NULL", NativeMethods.PeerCreatePeerName(null, "a", ref found));
            note("items of no enumeration", NativeMethods.PeerGetNextItem(new IntPtr(1), ref count, out found));
            note("end of no enumeration", NativeMethods.PeerEndEnumeration(IntPtr.Zero));
            note("group before startup", NativeMethods.PeerGroupOpen("0.a", "0.b", null, out found));
            note("name before startup", NativeMethods.PeerPnrpResolve("0.a", null, ref count, out found));
            NativeMethods.PeerVersionData version;
            note("grouping of another version", NativeMethods.PeerGroupStartup(0x0909, out version));
            note("names of another version", NativeMethods.PeerPnrpStartup(0x0909));
            note("grouping", NativeMethods.PeerGroupStartup(NativeMethods.PeerGroupVersion, out version));
            note("names", NativeMethods.PeerPnrpStartup(NativeMethods.PnrpVersion));
            NativeMethods.PeerGroupProperties properties = new NativeMethods.PeerGroupProperties();
            note("group of a structure without size", NativeMethods.PeerGroupCreate(ref properties, out found));
            properties.Size = (uint)Marshal.SizeOf(typeof(NativeMethods.PeerGroupProperties)) - 24;
            note("group of the structure before Vista", NativeMethods.PeerGroupCreate(ref properties, out found));
            note("open without identity", NativeMethods.PeerGroupOpen(null, "0.b", null, out found));
            note("join without invitation", NativeMethods.PeerGroupJoin("0.a", null, null, out found));
            note("parse no invitation", NativeMethods.PeerGroupParseInvitation(null, out found));
            note("connect no group", NativeMethods.PeerGroupConnect(new IntPtr(1)));
            note("close no group", NativeMethods.PeerGroupClose(new IntPtr(1)));
            note("unregister no event", NativeMethods.PeerGroupUnregisterEvent(new IntPtr(1)));
            note("delete no group", NativeMethods.PeerGroupDelete("0.a", "0.b"));
            count = 0;
            note("resolve no endpoint", NativeMethods.PeerPnrpResolve("0.a", null, ref count, out found));
            count = 1;
            note("resolve in no cloud", NativeMethods.PeerPnrpResolve("0.a", "Nowhere", ref count, out found));
            NativeMethods.PeerPnrpRegistrationInfo information = new NativeMethods.PeerPnrpRegistrationInfo();
            information.AddressCount = NativeMethods.PeerPnrpAutoAddresses;
            note("register what is no name", NativeMethods.PeerPnrpRegister("nobody", ref information, out found));
            note("unregister nothing", NativeMethods.PeerPnrpUnregister(new IntPtr(1)));
            NativeMethods.PeerPnrpShutdown();
            NativeMethods.PeerGroupShutdown();
            note("shutdown of grouping once more", NativeMethods.PeerGroupShutdown());
            note("shutdown of names once more", NativeMethods.PeerPnrpShutdown());
            return answers.ToArray();
        }
    }
}

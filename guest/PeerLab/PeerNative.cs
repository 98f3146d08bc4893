// Calls into p2p.dll and CryptoAPI.
//
// Every function of p2p.dll returns an HRESULT that is a success when it is not negative, takes UTF-16 strings and hands
// out memory that PeerFreeData releases. C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace PeerLab
{
    internal static class NativeMethods
    {
        internal const ushort PeerGroupVersion = 0x0101;
        internal const ushort PnrpVersion = 0x0002;

        // dwSize, pwzPeerName, pwzFriendlyName: 24 bytes on x64.
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
        internal static extern int PeerGetItemCount(IntPtr enumeration, out uint count);

        [DllImport("p2p.dll")]
        internal static extern int PeerGetNextItem(IntPtr enumeration, ref uint count, out IntPtr items);

        [DllImport("p2p.dll")]
        internal static extern int PeerEndEnumeration(IntPtr enumeration);

        [DllImport("p2p.dll")]
        internal static extern int PeerGroupStartup(ushort versionRequested, out PeerVersionData version);

        [DllImport("p2p.dll")]
        internal static extern int PeerGroupShutdown();

        [DllImport("p2p.dll", CharSet = CharSet.Unicode)]
        internal static extern int PeerGroupDelete(string identity, string groupPeerName);

        [DllImport("p2p.dll")]
        internal static extern int PeerPnrpStartup(ushort versionRequested);

        [DllImport("p2p.dll")]
        internal static extern int PeerPnrpShutdown();

        [DllImport("p2p.dll")]
        internal static extern void PeerFreeData(IntPtr data);
    }

    /// <summary>An identity or a group, as the stack lists it.</summary>
    public sealed class PeerNameEntry
    {
        public PeerNameEntry(string peerName, string friendlyName)
        {
            PeerName = peerName;
            FriendlyName = friendlyName;
        }

        public string PeerName { get; private set; }

        public string FriendlyName { get; private set; }
    }

    /// <summary>
    /// Grouping started for as long as the object lives. Startup is tried, not demanded: listing, exporting and importing
    /// identities is documented without it, and a machine without PNRP must still be able to say what it holds.
    /// </summary>
    public sealed class PeerSession : IDisposable
    {
        private bool started;

        public PeerSession()
        {
            NativeMethods.PeerVersionData version;
            GroupingResult = NativeMethods.PeerGroupStartup(NativeMethods.PeerGroupVersion, out version);
            started = PeerCodes.Succeeded(GroupingResult);
        }

        /// <summary>What PeerGroupStartup answered.</summary>
        public int GroupingResult { get; private set; }

        public void Dispose()
        {
            if (!started)
            {
                return;
            }
            started = false;
            NativeMethods.PeerGroupShutdown();
        }

        /// <summary>Starts and ends PNRP; what PeerPnrpStartup answered.</summary>
        public static int ProbePnrp()
        {
            int hresult = NativeMethods.PeerPnrpStartup(NativeMethods.PnrpVersion);
            if (PeerCodes.Succeeded(hresult))
            {
                NativeMethods.PeerPnrpShutdown();
            }
            return hresult;
        }
    }

    /// <summary>The identities of the current user. Failures are PeerException.</summary>
    public static class PeerIdentities
    {
        public static PeerNameEntry[] List()
        {
            IntPtr enumeration;
            Check("PeerEnumIdentities", NativeMethods.PeerEnumIdentities(out enumeration));
            return ReadEnumeration(enumeration);
        }

        public static PeerNameEntry[] Groups(string identity)
        {
            IntPtr enumeration;
            Check("PeerEnumGroups", NativeMethods.PeerEnumGroups(identity, out enumeration));
            return ReadEnumeration(enumeration);
        }

        /// <summary>Makes an identity with a new key: every call makes another one.</summary>
        public static string Create(string classifier, string friendlyName)
        {
            IntPtr identity;
            Check("PeerIdentityCreate", NativeMethods.PeerIdentityCreate(classifier, friendlyName, IntPtr.Zero, out identity));
            return TakeString(identity);
        }

        /// <summary>The documented XML, private key included, under the password.</summary>
        public static string Export(string identity, string password)
        {
            IntPtr exportXml;
            Check("PeerIdentityExport", NativeMethods.PeerIdentityExport(identity, password, out exportXml));
            return TakeString(exportXml);
        }

        /// <summary>The peer name of the imported identity; null where Windows says that it was there already.</summary>
        public static string Import(string exportXml, string password)
        {
            const int AlreadyExists = unchecked((int)0x800700B7);
            IntPtr identity = IntPtr.Zero;
            int hresult = NativeMethods.PeerIdentityImport(exportXml, password, out identity);
            if (hresult == AlreadyExists)
            {
                return null;
            }
            Check("PeerIdentityImport", hresult);
            return TakeString(identity);
        }

        public static void Delete(string identity)
        {
            Check("PeerIdentityDelete", NativeMethods.PeerIdentityDelete(identity));
        }

        public static void DeleteGroup(string identity, string group)
        {
            Check("PeerGroupDelete", NativeMethods.PeerGroupDelete(identity, group));
        }

        public static string GetFriendlyName(string identity)
        {
            IntPtr friendlyName;
            Check("PeerIdentityGetFriendlyName", NativeMethods.PeerIdentityGetFriendlyName(identity, out friendlyName));
            return TakeString(friendlyName);
        }

        public static void SetFriendlyName(string identity, string friendlyName)
        {
            Check("PeerIdentitySetFriendlyName", NativeMethods.PeerIdentitySetFriendlyName(identity, friendlyName));
        }

        /// <summary>The public credential: PEERIDENTITYINFO with the identity's certificate.</summary>
        public static string GetXml(string identity)
        {
            // A NULL identity would make Windows create a default one.
            if (string.IsNullOrEmpty(identity))
            {
                throw new ArgumentException("An identity is needed.", "identity");
            }
            IntPtr identityXml;
            Check("PeerIdentityGetXML", NativeMethods.PeerIdentityGetXML(identity, out identityXml));
            return TakeString(identityXml);
        }

        /// <summary>A peer name of the identity's authority with another classifier.</summary>
        public static string CreatePeerName(string identity, string classifier)
        {
            IntPtr peerName = IntPtr.Zero; // documented: the pointer must be NULL beforehand
            Check("PeerCreatePeerName", NativeMethods.PeerCreatePeerName(identity, classifier, ref peerName));
            return TakeString(peerName);
        }

        internal static void Check(string call, int hresult)
        {
            if (!PeerCodes.Succeeded(hresult))
            {
                throw new PeerException(call, hresult);
            }
        }

        private static string TakeString(IntPtr text)
        {
            try
            {
                return text == IntPtr.Zero ? string.Empty : Marshal.PtrToStringUni(text);
            }
            finally
            {
                if (text != IntPtr.Zero)
                {
                    NativeMethods.PeerFreeData(text);
                }
            }
        }

        private static PeerNameEntry[] ReadEnumeration(IntPtr enumeration)
        {
            List<PeerNameEntry> entries = new List<PeerNameEntry>();
            try
            {
                uint count;
                Check("PeerGetItemCount", NativeMethods.PeerGetItemCount(enumeration, out count));
                while (count > 0)
                {
                    uint taken = count;
                    IntPtr items;
                    Check("PeerGetNextItem", NativeMethods.PeerGetNextItem(enumeration, ref taken, out items));
                    if (taken == 0)
                    {
                        break;
                    }
                    try
                    {
                        for (int i = 0; i < taken; i++)
                        {
                            IntPtr item = Marshal.ReadIntPtr(items, i * IntPtr.Size);
                            NativeMethods.PeerNamePair pair = (NativeMethods.PeerNamePair)Marshal.PtrToStructure(item, typeof(NativeMethods.PeerNamePair));
                            entries.Add(new PeerNameEntry(
                                Marshal.PtrToStringUni(pair.PeerName) ?? string.Empty,
                                Marshal.PtrToStringUni(pair.FriendlyName) ?? string.Empty));
                        }
                    }
                    finally
                    {
                        NativeMethods.PeerFreeData(items);
                    }
                    count -= Math.Min(taken, count);
                }
            }
            finally
            {
                NativeMethods.PeerEndEnumeration(enumeration);
            }
            return entries.ToArray();
        }
    }
}

// Calls into p2p.dll and CryptoAPI.
//
// Every function of p2p.dll returns an HRESULT that is a success when it is not negative, takes UTF-16 strings and hands
// out memory that PeerFreeData releases. C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Runtime.InteropServices;
using System.Threading;

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

        [DllImport("kernel32.dll")]
        internal static extern IntPtr GetCurrentProcess();

        [DllImport("kernel32.dll")]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static extern bool TerminateProcess(IntPtr process, uint exitCode);
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

    /// <summary>Ends this process when it takes too long: a call into a service that hangs cannot be ended otherwise.</summary>
    public static class Watchdog
    {
        private static Timer timer;

        /// <summary>Starts the clock; once. The line goes to standard error, the exit code is 1.</summary>
        public static void Start(int minutes, string failureLine)
        {
            timer = new Timer(
                delegate
                {
                    Console.Error.WriteLine(failureLine);
                    Console.Error.Flush();

                    // Environment.Exit would wait for the very thread that hangs.
                    NativeMethods.TerminateProcess(NativeMethods.GetCurrentProcess(), 1);
                },
                null,
                TimeSpan.FromMinutes(minutes),
                TimeSpan.FromMilliseconds(-1));
        }

        /// <summary>Stops the clock.</summary>
        public static void Stop()
        {
            if (timer != null)
            {
                timer.Dispose();
                timer = null;
            }
        }
    }
}

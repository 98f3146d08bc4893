// Starting and ending the parts of the peer stack.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;

namespace PeerLab
{
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
}

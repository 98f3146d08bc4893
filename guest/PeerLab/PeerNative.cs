// Calls into p2p.dll and CryptoAPI.
//
// Every function of p2p.dll returns an HRESULT that is a success when it is not negative, takes UTF-16 strings and hands
// out memory that PeerFreeData releases. C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Runtime.InteropServices;
using System.Threading;

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

    /// <summary>Ends this process when it takes too long: a call into a service that hangs cannot be ended otherwise.</summary>
    public static class Watchdog
    {
        private static Timer timer;

        [DllImport("kernel32.dll")]
        private static extern IntPtr GetCurrentProcess();

        [DllImport("kernel32.dll")]
        [return: MarshalAs(UnmanagedType.Bool)]
        private static extern bool TerminateProcess(IntPtr process, uint exitCode);

        /// <summary>Starts the clock; once. The line goes to standard error, the exit code is 1.</summary>
        public static void Start(int minutes, string failureLine)
        {
            timer = new Timer(
                delegate
                {
                    Console.Error.WriteLine(failureLine);
                    Console.Error.Flush();

                    // Environment.Exit would wait for the very thread that hangs.
                    TerminateProcess(GetCurrentProcess(), 1);
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

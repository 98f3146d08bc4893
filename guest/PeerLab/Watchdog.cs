// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Runtime.InteropServices;
using System.Threading;

namespace PeerLab
{
    /// <summary>Ends this process when it takes too long: a call into a service that hangs cannot be ended otherwise.</summary>
    public static class Watchdog
    {
        private static Timer timer;

        [DllImport("kernel32.dll")]
        private static extern IntPtr GetCurrentProcess();

        [DllImport("kernel32.dll")]
        [return: MarshalAs(UnmanagedType.Bool)]
        private static extern bool TerminateProcess(IntPtr process, uint exitCode);

        /// <summary>
        /// Starts the clock, once. When the minutes are over, the line goes to standard error and the process ends with exit
        /// code 1.
        /// </summary>
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

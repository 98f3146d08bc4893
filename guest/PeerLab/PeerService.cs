// The presence holder as a Windows service, for machines on which a policy forbids the scheduler to store passwords.
//
// Not part of the module: it is compiled by itself, with System.ServiceProcess, where it is needed. The service is only the
// parent: it starts PowerShell with PeerHolder.ps1 of its own folder, and starts it again when it ends.
//
// C# 5: Windows PowerShell 5.1 compiles this with the compiler of the .NET Framework.

using System;
using System.Diagnostics;
using System.IO;
using System.ServiceProcess;
using System.Threading;

namespace PeerLab
{
    /// <summary>The service PeerLabHolder.</summary>
    public sealed class PeerService : ServiceBase
    {
        private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

        private readonly ManualResetEvent stopping = new ManualResetEvent(false);
        private readonly object guard = new object();
        private Process child;
        private Thread keeper;

        /// <summary>Stops when it is told to, and with Windows.</summary>
        public PeerService()
        {
            ServiceName = "PeerLabHolder";
            CanStop = true;
            CanShutdown = true;
        }

        /// <summary>Started by the service manager.</summary>
        public static void Main()
        {
            Run(new PeerService());
        }

        /// <summary>Returns at once; the holder is started by a thread of its own.</summary>
        protected override void OnStart(string[] args)
        {
            stopping.Reset();
            keeper = new Thread(Keep);
            keeper.IsBackground = true;
            keeper.Start();
        }

        /// <summary>Ends the holder: what it registered ends with its process.</summary>
        protected override void OnStop()
        {
            lock (guard)
            {
                stopping.Set();
                if (child != null && !child.HasExited)
                {
                    child.Kill();
                }
            }
            if (keeper != null)
            {
                keeper.Join(TimeSpan.FromSeconds(15));
            }
        }

        /// <summary>As OnStop.</summary>
        protected override void OnShutdown()
        {
            OnStop();
        }

        private static ProcessStartInfo Holder()
        {
            string folder = AppDomain.CurrentDomain.BaseDirectory;
            string powerShell = Path.Combine(Environment.SystemDirectory, @"WindowsPowerShell\v1.0\powershell.exe");
            ProcessStartInfo start = new ProcessStartInfo(
                powerShell,
                "-NoProfile -NonInteractive -ExecutionPolicy Bypass -File \"" + Path.Combine(folder, "PeerHolder.ps1") + "\"");
            start.UseShellExecute = false;
            start.CreateNoWindow = true;
            start.WorkingDirectory = folder;
            return start;
        }

        private void Keep()
        {
            do
            {
                Process running;
                lock (guard)
                {
                    if (stopping.WaitOne(0))
                    {
                        return;
                    }
                    running = child = Process.Start(Holder());
                }
                running.WaitForExit();
                lock (guard)
                {
                    child = null;
                    running.Dispose();
                }
            }
            while (!stopping.WaitOne(Pause));
        }
    }
}

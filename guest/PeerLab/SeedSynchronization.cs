// Finding the seed by itself, where PNRP does not.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security;
using Microsoft.Win32;

namespace PeerLab
{
    /// <summary>
    /// The seed policy takes a name or one address, and the lab gives it a name, so that other seeds are nothing to do on the
    /// other machines. Whether each build of PNRP asks for the name is not documented: where the global cloud stays alone, the
    /// holder asks for it and has PNRP synchronise with what it finds, by `netsh p2p pnrp cloud synchronize host`. That lasts as
    /// long as the cloud; it is done again whenever the cloud is alone again.
    /// </summary>
    internal sealed class SeedSynchronization
    {
        private const string PolicyKey = @"SOFTWARE\Policies\Microsoft\Peernet\Pnrp\IPv6-Global";
        private const int ProgramMilliseconds = 20000;
        private const int ProgramOutput = 4096;

        private readonly HolderLog log;
        private TimeSpan? aloneSince;
        private TimeSpan next;
        private int attempts;
        private string said;

        internal SeedSynchronization(HolderLog log)
        {
            this.log = log;
        }

        /// <summary>Does what is due, if anything. The time is that of a clock that only goes forward.</summary>
        /// <param name="clouds">CloudFacts of the contract, as they are now.</param>
        internal void Work(object[] clouds, TimeSpan now)
        {
            string cloud = PeerClouds.AloneCloud(clouds);
            if (cloud == null)
            {
                if (aloneSince.HasValue && attempts > 0)
                {
                    log.Write("cloud is alone no longer");
                }
                aloneSince = null;
                attempts = 0;
                said = null;
                return;
            }
            if (!aloneSince.HasValue)
            {
                aloneSince = now;
                next = now + PresencePolicy.SynchronizationDelay(0);
            }
            if (now < next)
            {
                return;
            }
            foreach (IPAddress seed in Seeds())
            {
                Synchronize(cloud, seed);
                attempts++;
            }
            next = now + PresencePolicy.SynchronizationDelay(Math.Max(attempts, 1));
        }

        private void Synchronize(string cloud, IPAddress seed)
        {
            string arguments = "p2p pnrp cloud synchronize host " + seed + " " + cloud;
            DiagnosticProgram ran = DiagnosticProgram.Run("netsh.exe", arguments, ProgramMilliseconds, ProgramOutput);
            string end = ran.Failure.Length > 0 ? ran.Failure : "exit code " + ran.ExitCode.ToString(CultureInfo.InvariantCulture);
            Say("cloud " + cloud + " is alone: netsh " + arguments + ": " + end);
        }

        // The addresses of the policy's seeds that are not this machine's own, each with the scope of none.
        private List<IPAddress> Seeds()
        {
            List<IPAddress> seeds = new List<IPAddress>();
            string server = Server();
            if (string.IsNullOrEmpty(server))
            {
                return seeds;
            }
            try
            {
                List<IPAddress> own = OwnAddresses();
                foreach (IPAddress found in Dns.GetHostAddresses(server))
                {
                    if (found.AddressFamily == AddressFamily.InterNetworkV6 && !own.Exists(found.Equals))
                    {
                        seeds.Add(found);
                    }
                }
            }
            catch (SocketException failure)
            {
                Say("cloud is alone: the seed " + server + " is not resolved: " + failure.SocketErrorCode);
            }
            return seeds;
        }

        private static string Server()
        {
            try
            {
                using (RegistryKey key = Registry.LocalMachine.OpenSubKey(PolicyKey))
                {
                    return key == null ? null : key.GetValue("SeedServer") as string;
                }
            }
            catch (SecurityException)
            {
                return null;
            }
            catch (PlatformNotSupportedException)
            {
                // Not Windows.
                return null;
            }
        }

        private static List<IPAddress> OwnAddresses()
        {
            List<IPAddress> own = new List<IPAddress>();
            foreach (NetworkInterface adapter in NetworkInterface.GetAllNetworkInterfaces())
            {
                foreach (UnicastIPAddressInformation address in adapter.GetIPProperties().UnicastAddresses)
                {
                    own.Add(address.Address);
                }
            }
            return own;
        }

        // What is the same each time is written once, until the cloud is alone no longer.
        private void Say(string text)
        {
            if (text != said)
            {
                log.Write(text);
            }
            said = text;
        }
    }
}

// The decisions of the presence holder, free of Windows and of the clock.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections.Generic;

namespace PeerLab
{
    /// <summary>What has to be done to the names that are held so that they are the wanted ones.</summary>
    public sealed class NameDifference
    {
        internal NameDifference()
        {
            Added = new List<PresenceName>();
            Updated = new List<PresenceName>();
            Removed = new List<PresenceName>();
        }

        /// <summary>To be registered.</summary>
        public List<PresenceName> Added { get; private set; }

        /// <summary>Registered already, with another port, comment or service; in the wanted form.</summary>
        public List<PresenceName> Updated { get; private set; }

        /// <summary>To be unregistered, after the others are there.</summary>
        public List<PresenceName> Removed { get; private set; }
    }

    /// <summary>Pure functions: what the holder decides from what it sees.</summary>
    public static class PresencePolicy
    {
        private static readonly int[] Delays = { 2, 4, 8, 16, 32, 60 };

        private static readonly string[] NotReady =
        {
            "PEER_E_IPV6_NOT_INSTALLED", "PEER_E_NOT_INITIALIZED", "PEER_E_CANNOT_START_SERVICE", "PEER_E_SERVICE_NOT_AVAILABLE",
            "ERROR_SERVICE_DEPENDENCY_FAIL",
        };

        /// <summary>
        /// Compares names by their peer name, which is what Windows registers once: only what differs is touched.
        /// </summary>
        public static NameDifference Difference(IEnumerable<PresenceName> held, IEnumerable<PresenceName> wanted)
        {
            Dictionary<string, PresenceName> before = new Dictionary<string, PresenceName>(StringComparer.Ordinal);
            foreach (PresenceName name in held)
            {
                before[name.PeerName] = name;
            }
            NameDifference difference = new NameDifference();
            foreach (PresenceName name in wanted)
            {
                PresenceName present;
                if (!before.TryGetValue(name.PeerName, out present))
                {
                    difference.Added.Add(name);
                }
                else if (present.Port != name.Port || present.Comment != name.Comment || present.Service != name.Service)
                {
                    difference.Updated.Add(name);
                }
                before.Remove(name.PeerName);
            }
            difference.Removed.AddRange(before.Values);
            return difference;
        }

        /// <summary>How long to wait after so many failed attempts in a row: 2 seconds, doubling, a minute at most.</summary>
        public static TimeSpan Delay(int failures)
        {
            return failures <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Delays[Math.Min(failures, Delays.Length) - 1]);
        }

        /// <summary>
        /// How long a cloud may be alone before the holder looks for the seed itself, and how long after so many attempts: half
        /// a minute, then a minute, doubling, a quarter of an hour at most.
        /// </summary>
        public static TimeSpan SynchronizationDelay(int attempts)
        {
            return attempts <= 0 ? TimeSpan.FromSeconds(30) : TimeSpan.FromMinutes(Math.Min(15, 1 << Math.Min(attempts - 1, 4)));
        }

        /// <summary>
        /// Whether half of a credential's time is over, and it has not ended: an ended membership is not brought back.
        /// </summary>
        public static bool IsHalfOver(DateTime from, DateTime until, DateTime now)
        {
            return until > from && now < until && now - from >= TimeSpan.FromTicks((until - from).Ticks / 2);
        }

        /// <summary>
        /// When a renewed credential ends: a lifetime from now, not after its issuer's own; null where that would win nothing.
        /// </summary>
        /// <param name="lifetime">The group's; zero: as long as the issuer's own.</param>
        public static DateTime? RenewedUntil(DateTime until, TimeSpan lifetime, DateTime issuerUntil, DateTime now)
        {
            DateTime end = lifetime > TimeSpan.Zero && now + lifetime < issuerUntil ? now + lifetime : issuerUntil;
            return end > until ? end : (DateTime?)null;
        }

        /// <summary>
        /// The state of a name or group in a report: `waiting` where IPv6 or PNRPsvc is not ready, else the code.
        /// </summary>
        public static string StateOf(string code)
        {
            return Array.IndexOf(NotReady, code) >= 0 ? "waiting" : code;
        }

        /// <summary>
        /// Whether it is time to connect to known addresses: the cloud found nobody, or nobody was found for long enough.
        /// </summary>
        public static bool NeedsAddresses(bool connected, bool failed, TimeSpan sinceConnect, TimeSpan limit)
        {
            return !connected && (failed || sinceConnect >= limit);
        }
    }
}

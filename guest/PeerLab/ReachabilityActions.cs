// The action Test-PeerReachability, and the check of its counterpart Start-PeerListener.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace PeerLab
{
    /// <summary>
    /// What of others this machine reaches, and what its own holder holds. Names are only resolved here and never registered: Windows does not resolve what
    /// the same process registered.
    /// </summary>
    public static class ReachabilityActions
    {
        private const int MostEndpoints = 50;
        private const int ResolversAtOnce = 8;
        private const string AddressAllowed = "an IPv6 address";
        private const string AddressPattern = @"^[0-9A-Fa-f:.]+\z";

        // Windows itself gives up after 30 seconds; this is for a service that hangs.
        private static readonly TimeSpan ResolveLimit = TimeSpan.FromSeconds(40);
        private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

        private sealed class Target
        {
            internal string Name;
            internal string Address;
            internal PeerTarget Connection;
        }

        private sealed class Name
        {
            internal string PeerName;
            internal List<IPAddress> Holders;
            internal string Verdict = "unresolved";
            internal string[] Endpoints = new string[0];
            internal string Code;
        }

        /// <summary>Checks a request of Test-PeerReachability or Start-PeerListener, and does nothing.</summary>
        public static void Check(string action, IDictionary request)
        {
            if (action == "Start-PeerListener")
            {
                CheckListeners(PeerRequest.Open(request, "ports", "seconds"));
                return;
            }
            Prepare(request, null);
        }

        /// <summary>Checks which listeners are wanted: a request of Start-PeerListener, or the section listen of another one.</summary>
        public static void CheckListeners(PeerRequest wanted)
        {
            wanted.Numbers("ports", 1, 1, 65535);
            wanted.Number("seconds", 10, 3600);
        }

        /// <summary>Runs Test-PeerReachability: the fields of its report. Verdicts are the answer; only a bad request fails.</summary>
        public static OrderedDictionary Run(string action, IDictionary request, ActionContext context)
        {
            if (action != "Test-PeerReachability")
            {
                throw new ArgumentException("This is no action on reachability.", "action");
            }
            return Prepare(request, context)();
        }

        private static Func<OrderedDictionary> Prepare(IDictionary request, ActionContext context)
        {
            PeerRequest opened = PeerRequest.Open(request, "targets", "names", "settleSeconds", "now");
            List<Target> targets = new List<Target>();
            foreach (PeerRequest item in opened.Objects("targets", 0))
            {
                item.Allow("name", "address", "ports");
                string name = item.Text("name");
                string text = item.Text("address", AddressPattern, AddressAllowed);
                IPAddress address = Parse(text, item.PathOf("address"));
                foreach (int port in item.Numbers("ports", 0, 1, 65535))
                {
                    targets.Add(new Target { Name = name, Address = text, Connection = new PeerTarget(address, port) });
                }
            }
            List<Name> names = new List<Name>();
            foreach (PeerRequest item in opened.Objects("names", 0))
            {
                item.Allow("peerName", "holders");
                Name name = new Name
                {
                    PeerName = item.Text("peerName", @"^([0-9a-f]{40}|0)\.[^\x00]{1,149}\z", "40 hex digits or 0, a dot and a classifier of 1 to 149 characters"),
                    Holders = new List<IPAddress>(),
                };
                string[] holders = item.Texts("holders", 1, AddressPattern, AddressAllowed);
                for (int i = 0; i < holders.Length; i++)
                {
                    name.Holders.Add(Parse(holders[i], item.PathOf("holders") + "[" + i.ToString(CultureInfo.InvariantCulture) + "]"));
                }
                names.Add(name);
            }
            TimeSpan settle = TimeSpan.FromSeconds(opened.Number("settleSeconds", 0, 600));
            PeerClock.Check(opened);
            return delegate
            {
                OrderedDictionary report = new OrderedDictionary();
                PeerClock.Compare(request, report);
                Test(targets, names, settle, context, report);
                return report;
            };
        }

        private static IPAddress Parse(string text, string path)
        {
            IPAddress address;
            if (!IPAddress.TryParse(text, out address) || address.AddressFamily != AddressFamily.InterNetworkV6)
            {
                throw PeerRequest.Refusal(path, text, AddressAllowed);
            }
            return address;
        }

        // What fails is tried again until the time to settle is over; what has passed is left alone.
        private static void Test(List<Target> targets, List<Name> names, TimeSpan settle, ActionContext context, OrderedDictionary report)
        {
            Stopwatch clock = Stopwatch.StartNew();
            while (true)
            {
                // Side by side: what a name takes to fail must not use up the time of the ports.
                List<Name> unresolved = names.FindAll(name => name.Verdict != "resolved");
                Thread resolving = new Thread(() => Resolve(unresolved));
                resolving.IsBackground = true;
                resolving.Start();
                PeerConnections.Try(targets.FindAll(target => target.Connection.Verdict != "reachable").ConvertAll(target => target.Connection));
                resolving.Join();
                bool passed = !targets.Exists(target => target.Connection.Verdict != "reachable") && !names.Exists(name => name.Verdict != "resolved");
                OrderedDictionary presence = PresenceReport.Facts(context);
                passed = passed && PresenceReport.IsSettled(presence, PresenceReport.Wanted(context));
                object[] clouds = PresenceReport.CloudsNow();
                // A seed is alone until the first of the others has called.
                passed = passed && (targets.Count == 0 || !PeerClouds.IsAlone(clouds));
                if (passed || clock.Elapsed + Pause >= settle)
                {
                    Fill(report, targets, names, clouds, presence);
                    return;
                }
                Thread.Sleep(Pause);
            }
        }

        private static void Resolve(List<Name> names)
        {
            if (names.Count == 0)
            {
                return;
            }
            Queue<Name> waiting = new Queue<Name>(names);
            List<Thread> threads = new List<Thread>();
            for (int i = 0; i < Math.Min(ResolversAtOnce, names.Count); i++)
            {
                Thread thread = new Thread(() => ResolveQueue(waiting));
                thread.IsBackground = true;
                thread.Start();
                threads.Add(thread);
            }
            Stopwatch clock = Stopwatch.StartNew();
            int rounds = (names.Count + ResolversAtOnce - 1) / ResolversAtOnce;
            foreach (Thread thread in threads)
            {
                TimeSpan left = TimeSpan.FromTicks(ResolveLimit.Ticks * rounds) - clock.Elapsed;
                thread.Join(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            }
        }

        private static void ResolveQueue(Queue<Name> waiting)
        {
            while (true)
            {
                Name name;
                lock (waiting)
                {
                    if (waiting.Count == 0)
                    {
                        return;
                    }
                    name = waiting.Dequeue();
                }
                Resolve(name);
            }
        }

        private static void Resolve(Name name)
        {
            try
            {
                IPEndPoint[] endpoints;
                using (new PeerPnrp())
                {
                    endpoints = PeerPnrp.Resolve(name.PeerName, MostEndpoints);
                }
                name.Endpoints = Array.ConvertAll(endpoints, endpoint => Text(endpoint));
                name.Code = null;
                name.Verdict = endpoints.Length == 0 ? "unresolved"
                    : Array.Exists(endpoints, endpoint => name.Holders.Exists(holder => IsSame(holder, endpoint.Address))) ? "resolved"
                    : "foreign";
            }
            catch (PeerException failure)
            {
                name.Verdict = "unresolved";
                name.Endpoints = new string[0];
                name.Code = PeerFailure.CodeOf(failure);
            }
            catch (DllNotFoundException)
            {
                name.Code = "P2pLibraryMissing";
            }
        }

        // Without the number of the interface that an address came by.
        private static bool IsSame(IPAddress one, IPAddress other)
        {
            byte[] left = one.GetAddressBytes();
            byte[] right = other.GetAddressBytes();
            return left.Length == right.Length && !Array.Exists(Indexes(left.Length), i => left[i] != right[i]);
        }

        private static int[] Indexes(int count)
        {
            int[] indexes = new int[count];
            for (int i = 0; i < count; i++)
            {
                indexes[i] = i;
            }
            return indexes;
        }

        private static string Text(IPEndPoint endpoint)
        {
            bool six = endpoint.AddressFamily == AddressFamily.InterNetworkV6;
            string address = six ? new IPAddress(endpoint.Address.GetAddressBytes()).ToString() : endpoint.Address.ToString();
            return (six ? "[" + address + "]" : address) + ":" + endpoint.Port.ToString(CultureInfo.InvariantCulture);
        }

        private static void Fill(OrderedDictionary report, List<Target> targets, List<Name> names, object[] clouds, OrderedDictionary presence)
        {
            List<object> ports = new List<object>();
            foreach (Target target in targets)
            {
                OrderedDictionary fields = new OrderedDictionary();
                fields["name"] = target.Name;
                fields["address"] = target.Address;
                fields["port"] = target.Connection.Port;
                fields["verdict"] = target.Connection.Verdict;
                ports.Add(fields);
            }
            List<object> resolved = new List<object>();
            foreach (Name name in names)
            {
                OrderedDictionary fields = new OrderedDictionary();
                fields["peerName"] = name.PeerName;
                fields["verdict"] = name.Verdict;
                fields["endpoints"] = name.Endpoints;
                if (name.Code != null)
                {
                    fields["code"] = name.Code;
                }
                resolved.Add(fields);
            }
            report["ports"] = ports.ToArray();
            report["names"] = resolved.ToArray();
            report["clouds"] = clouds;
            report["presence"] = presence;
        }
    }
}

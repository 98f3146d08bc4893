// TCP over IPv6: temporary listeners on the machine that is tested, connections on the machine that tests.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace PeerLab
{
    /// <summary>What both sides need of a socket.</summary>
    internal static class PeerSockets
    {
        private const int ProtectionLevel = 23; // IPV6_PROTECTION_LEVEL of ws2ipdef.h
        private const int Unrestricted = 10; // PROTECTION_LEVEL_UNRESTRICTED

        /// <summary>
        /// A socket for IPv6 alone. On Windows it takes traffic through Teredo and other edge devices too, which only the
        /// program that opens a socket can ask for; other systems have no such option.
        /// </summary>
        internal static Socket Open()
        {
            Socket socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                if (Environment.OSVersion.Platform == PlatformID.Win32NT)
                {
                    socket.SetSocketOption(SocketOptionLevel.IPv6, (SocketOptionName)ProtectionLevel, Unrestricted);
                }
                socket.SetSocketOption(SocketOptionLevel.IPv6, (SocketOptionName)27, 1); // IPV6_V6ONLY on Windows
            }
            catch (SocketException)
            {
                if (Environment.OSVersion.Platform == PlatformID.Win32NT)
                {
                    socket.Close();
                    throw;
                }
            }
            return socket;
        }
    }

    /// <summary>Listeners that accept and close, for the time of a test.</summary>
    public static class PeerListener
    {
        private const int Backlog = 16;

        /// <summary>Listens until the time is over.</summary>
        public static int[] Run(int[] ports, TimeSpan time)
        {
            using (ManualResetEvent never = new ManualResetEvent(false))
            {
                return Run(ports, time, null, never);
            }
        }

        /// <summary>
        /// Listens on every port that nobody holds until the time is over or `stop` is set. Returns the ports it listened on.
        /// </summary>
        /// <param name="ready">Called with these ports as soon as all of them are open; null where nobody wants to know.</param>
        public static int[] Run(int[] ports, TimeSpan time, Action<int[]> ready, WaitHandle stop)
        {
            List<Socket> sockets = new List<Socket>();
            List<int> opened = new List<int>();
            try
            {
                foreach (int port in ports)
                {
                    Socket socket = PeerSockets.Open();
                    try
                    {
                        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
                        socket.Listen(Backlog);
                    }
                    catch (SocketException)
                    {
                        // Held by a program, which is as good for the test.
                        socket.Close();
                        continue;
                    }
                    sockets.Add(socket);
                    opened.Add(port);
                    Accept(socket);
                }
                if (ready != null)
                {
                    ready(opened.ToArray());
                }
                stop.WaitOne(time);
            }
            finally
            {
                sockets.ForEach(socket => socket.Close());
            }
            return opened.ToArray();
        }

        private static void Accept(Socket listener)
        {
            try
            {
                listener.BeginAccept(Accepted, listener);
            }
            catch (ObjectDisposedException)
            {
                // The test is over.
            }
            catch (SocketException)
            {
                // As above.
            }
        }

        private static void Accepted(IAsyncResult result)
        {
            Socket listener = (Socket)result.AsyncState;
            try
            {
                listener.EndAccept(result).Close();
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // The other side was gone before it was accepted; the next one may come.
            }
            Accept(listener);
        }
    }

    /// <summary>Where a connection is tried to, and what came of it.</summary>
    public sealed class PeerTarget
    {
        /// <summary>Not tried yet.</summary>
        public PeerTarget(IPAddress address, int port)
        {
            Address = address;
            Port = port;
            Verdict = "silent";
        }

        /// <summary>An IPv6 address.</summary>
        public IPAddress Address { get; private set; }

        /// <summary>A TCP port.</summary>
        public int Port { get; private set; }

        /// <summary>`reachable`, `refused`, `silent` or `unreachable`.</summary>
        public string Verdict { get; internal set; }
    }

    /// <summary>Connections that are tried side by side.</summary>
    public static class PeerConnections
    {
        /// <summary>How long one attempt may take.</summary>
        public static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

        // More than a test of a large lab has: what is silent must cost the limit once, not once for each of many rounds.
        private const int AtOnce = 512;

        /// <summary>Tries every target and sets its verdict; at most 512 at once.</summary>
        public static void Try(IList<PeerTarget> targets)
        {
            for (int first = 0; first < targets.Count; first += AtOnce)
            {
                List<Attempt> attempts = new List<Attempt>();
                for (int i = first; i < targets.Count && i < first + AtOnce; i++)
                {
                    attempts.Add(new Attempt(targets[i]));
                }
                Stopwatch clock = Stopwatch.StartNew();
                foreach (Attempt attempt in attempts)
                {
                    TimeSpan left = Limit - clock.Elapsed;
                    attempt.Finish(left > TimeSpan.Zero ? left : TimeSpan.Zero);
                }
            }
        }

        /// <summary>The verdict for an error of Winsock.</summary>
        public static string VerdictOf(SocketError error)
        {
            switch (error)
            {
                case SocketError.Success: return "reachable";
                case SocketError.ConnectionRefused: return "refused";
                case SocketError.TimedOut: return "silent";
                default: return "unreachable";
            }
        }

        private sealed class Attempt
        {
            private readonly PeerTarget target;
            private Socket socket;
            private IAsyncResult connecting;

            internal Attempt(PeerTarget target)
            {
                this.target = target;
                try
                {
                    socket = PeerSockets.Open();
                    connecting = socket.BeginConnect(new IPEndPoint(target.Address, target.Port), null, null);
                }
                catch (SocketException failure)
                {
                    target.Verdict = VerdictOf(failure.SocketErrorCode);
                }
            }

            internal void Finish(TimeSpan left)
            {
                try
                {
                    if (connecting == null)
                    {
                        return;
                    }
                    if (!connecting.AsyncWaitHandle.WaitOne(left))
                    {
                        target.Verdict = "silent";
                        return;
                    }
                    socket.EndConnect(connecting);
                    target.Verdict = "reachable";
                }
                catch (SocketException failure)
                {
                    target.Verdict = VerdictOf(failure.SocketErrorCode);
                }
                finally
                {
                    if (socket != null)
                    {
                        socket.Close();
                    }
                }
            }
        }
    }
}

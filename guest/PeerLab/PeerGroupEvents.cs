// The events of a group, and connecting to it with a limit.
//
// C# 5: Windows PowerShell 5.1 compiles this with the compiler of the .NET Framework.

using System;
using System.Diagnostics;
using System.Threading;

namespace PeerLab
{
    /// <summary>
    /// What an opened group tells: to be made before the group is connected and disposed of before it is closed. The events
    /// only say that there is something to look at; where they fail to come, whoever waits looks by himself.
    /// </summary>
    public sealed class PeerGroupEvents : IDisposable
    {
        private const int NoEventData = 0x00630002;

        private readonly AutoResetEvent signal = new AutoResetEvent(false);
        private IntPtr handle;

        /// <summary>Registers for changes of status and members, and for failed connections.</summary>
        public PeerGroupEvents(PeerGroup group)
        {
            NativeMethods.PeerGroupEventRegistration[] registrations = new NativeMethods.PeerGroupEventRegistration[3];
            registrations[0].EventType = NativeMethods.PeerGroupEventStatusChanged;
            registrations[1].EventType = NativeMethods.PeerGroupEventMemberChanged;
            registrations[2].EventType = NativeMethods.PeerGroupEventConnectionFailed;
            int hresult = NativeMethods.PeerGroupRegisterEvent(group.Handle, signal.SafeWaitHandle, (uint)registrations.Length, registrations, out handle);
            if (!PeerCodes.Succeeded(hresult))
            {
                signal.Dispose();
                throw new PeerException("PeerGroupRegisterEvent", hresult);
            }
        }

        /// <summary>Set when there is an event to take.</summary>
        public WaitHandle Signal
        {
            get { return signal; }
        }

        /// <summary>Takes all events that are there; whether there were any.</summary>
        /// <param name="failure">
        /// The HRESULT of the last failed attempt to connect among them; null where there is none.
        /// </param>
        public bool Take(out int? failure)
        {
            failure = null;
            for (bool any = false; ; any = true)
            {
                IntPtr data;
                int hresult = NativeMethods.PeerGroupGetEventData(handle, out data);
                PeerMemory.Check("PeerGroupGetEventData", hresult);
                if (hresult == NoEventData || data == IntPtr.Zero)
                {
                    PeerMemory.Free(data);
                    return any;
                }
                try
                {
                    NativeMethods.PeerGroupEventData what = PeerMemory.Read<NativeMethods.PeerGroupEventData>(data);
                    if (what.EventType == NativeMethods.PeerGroupEventConnectionFailed)
                    {
                        failure = what.ConnectionFailedReason;
                    }
                }
                finally
                {
                    PeerMemory.Free(data);
                }
            }
        }

        /// <summary>Ends the registration.</summary>
        public void Dispose()
        {
            if (handle != IntPtr.Zero)
            {
                IntPtr ending = handle;
                handle = IntPtr.Zero;
                NativeMethods.PeerGroupUnregisterEvent(ending);
                signal.Dispose();
            }
        }
    }

    /// <summary>The short connection of an action, and what a group's status is called in reports.</summary>
    public static class PeerGroupConnection
    {
        /// <summary>Windows recommends it: without a limit of its own, a program may wait for ever.</summary>
        public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

        /// <summary>How long a group that listens may still find other members before it counts as alone.</summary>
        public static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

        private const int TimeOut = unchecked((int)0x800705B4); // ERROR_TIMEOUT

        private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

        /// <summary>`connected`, `listening`, or an empty text where a group is neither.</summary>
        public static string StatusName(uint status)
        {
            return (status & NativeMethods.PeerGroupStatusHasConnections) != 0 ? "connected"
                : (status & NativeMethods.PeerGroupStatusListening) != 0 ? "listening"
                : string.Empty;
        }

        /// <summary>Whether this machine has read the group's database at least once.</summary>
        internal static bool IsSynchronised(PeerGroup group)
        {
            try
            {
                return group.Creator().Length > 0;
            }
            catch (PeerException)
            {
                // PEER_E_GROUP_NOT_READY: not yet.
                return false;
            }
        }

        /// <summary>
        /// Connects an opened group and waits for what comes of it: `connected`, `listening` where no other member was found,
        /// else the name of the HRESULT.
        /// </summary>
        /// <param name="alone">Nobody else can be there, so listening is all there is to wait for.</param>
        public static string Connect(PeerGroup group, bool alone)
        {
            using (PeerGroupEvents events = new PeerGroupEvents(group))
            {
                Stopwatch clock = Stopwatch.StartNew();
                TimeSpan? listeningSince = null;
                try
                {
                    group.Connect();
                    while (clock.Elapsed < Limit)
                    {
                        int? failure;
                        events.Take(out failure);
                        string status = StatusName(group.Status());
                        if (status == "connected")
                        {
                            AwaitDatabase(group, clock);
                            return status;
                        }
                        if (failure.HasValue)
                        {
                            return PeerCodes.Name(failure.Value);
                        }
                        if (status == "listening")
                        {
                            listeningSince = listeningSince ?? clock.Elapsed;
                            if (alone || clock.Elapsed - listeningSince.Value >= Grace)
                            {
                                return status;
                            }
                        }
                        events.Signal.WaitOne(Look);
                    }
                }
                catch (PeerException failure)
                {
                    return PeerCodes.Name(failure.HResult);
                }
                return listeningSince.HasValue ? "listening" : PeerCodes.Name(TimeOut);
            }
        }

        /// <summary>A connection is there before the group's database is; members are listed only after that.</summary>
        private static void AwaitDatabase(PeerGroup group, Stopwatch clock)
        {
            while (clock.Elapsed < Limit && !IsSynchronised(group))
            {
                Thread.Sleep(Look);
            }
        }
    }
}

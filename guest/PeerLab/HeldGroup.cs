// One group that the presence holder stays connected to.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Threading;

namespace PeerLab
{
    /// <summary>
    /// Opened and connected where it can be, tried again where it cannot. Windows connects by looking the group up in the
    /// cloud; where that finds nobody, the known addresses of members are tried.
    /// </summary>
    internal sealed class HeldGroup : IDisposable
    {
        private static readonly TimeSpan MembersAge = TimeSpan.FromSeconds(15);
        private static readonly TimeSpan RenewalAge = TimeSpan.FromSeconds(60);
        private static readonly TimeSpan AddressAge = TimeSpan.FromSeconds(60);

        // After this long without any status the attempt is given up and made anew.
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

        private readonly HolderLog log;
        private PeerGroup group;
        private PeerGroupEvents events;
        private int failures;
        private TimeSpan next;
        private TimeSpan connecting;
        private TimeSpan? direct;
        private TimeSpan nextMembers;
        private TimeSpan nextRenewal;
        private string renewalNote;

        internal HeldGroup(PresenceGroup wanted, HolderLog log)
        {
            Wanted = wanted;
            State = "waiting";
            Members = new object[0];
            this.log = log;
        }

        /// <summary>May be replaced by one of the same group and identity.</summary>
        internal PresenceGroup Wanted { get; set; }

        /// <summary>`connected`, `listening`, `waiting`, or the name of the HRESULT of the last attempt.</summary>
        internal string State { get; private set; }

        /// <summary>GroupMember of the contract, of each; empty while the group is not open.</summary>
        internal object[] Members { get; private set; }

        /// <summary>Set when the group has something to tell; null while it is not open.</summary>
        internal WaitHandle Signal
        {
            get { return events == null ? null : events.Signal; }
        }

        /// <summary>Does what is due.</summary>
        internal void Work(TimeSpan now)
        {
            try
            {
                if (group == null)
                {
                    if (now < next)
                    {
                        return;
                    }
                    Open(now);
                }
                Look(now);
            }
            catch (PeerException failure)
            {
                Fail(PeerFailure.CodeOf(failure), now);
            }
        }

        internal void SetState(string state)
        {
            if (State != state)
            {
                State = state;
                log.Write("group " + Wanted.Group + " " + state);
            }
        }

        /// <summary>Closes the group.</summary>
        public void Dispose()
        {
            if (group != null)
            {
                Close();
                log.Write("group " + Wanted.Group + " closed");
            }
        }

        private void Open(TimeSpan now)
        {
            group = PeerGroup.Open(Wanted.Identity, Wanted.Group);
            events = new PeerGroupEvents(group);
            connecting = now;
            direct = null;
            nextMembers = now;
            nextRenewal = now;
            try
            {
                group.Connect();
            }
            catch (PeerException)
            {
                if (Wanted.Addresses.Length == 0)
                {
                    throw;
                }

                // PEER_E_NO_CLOUD and its like: the addresses need no cloud.
                ConnectDirectly(now);
            }
        }

        private void Look(TimeSpan now)
        {
            int? failure;
            bool told = events.Take(out failure);
            string status = PeerGroupConnection.StatusName(group.Status());
            bool connected = status == "connected";
            bool again = !direct.HasValue || now - direct.Value >= AddressAge;
            if (Wanted.Addresses.Length > 0 && again && PresencePolicy.NeedsAddresses(connected, failure.HasValue, now - connecting, PeerGroupConnection.Limit))
            {
                ConnectDirectly(now);
            }
            else if (failure.HasValue && !connected)
            {
                Fail(PeerCodes.Name(failure.Value), now);
                return;
            }
            else if (status.Length == 0 && now - connecting >= Patience)
            {
                Fail("ERROR_TIMEOUT", now);
                return;
            }
            if (status.Length > 0)
            {
                failures = 0;
                SetState(status);
            }
            if (told || now >= nextMembers)
            {
                ReadMembers();
                nextMembers = now + MembersAge;
            }
            if (Wanted.RenewsMembers && now >= nextRenewal)
            {
                nextRenewal = now + RenewalAge;
                Renew();
            }
        }

        private void ConnectDirectly(TimeSpan now)
        {
            direct = now;
            group.ConnectByAddress(Wanted.Addresses);
            log.Write("group " + Wanted.Group + " connecting by address");
        }

        private void ReadMembers()
        {
            try
            {
                Members = GroupMembership.MemberFacts(group.Members());
            }
            catch (PeerException failure)
            {
                if (PeerFailure.CodeOf(failure) != "PEER_E_GROUP_NOT_READY")
                {
                    throw;
                }
                Members = new object[0];
            }
        }

        private void Renew()
        {
            int renewed = 0;
            string note = CredentialRenewal.Run(group, Wanted.Identity, DateTime.UtcNow, log, out renewed);
            if (renewed > 0)
            {
                ReadMembers();
            }
            if (note != renewalNote && note != null)
            {
                log.Write("group " + Wanted.Group + " " + note);
            }
            renewalNote = note;
        }

        private void Fail(string code, TimeSpan now)
        {
            Close();
            failures++;
            next = now + PresencePolicy.Delay(failures);
            SetState(PresencePolicy.StateOf(code));
        }

        // Closing is also the only way back to a group that can be connected anew.
        private void Close()
        {
            if (events != null)
            {
                events.Dispose();
                events = null;
            }
            if (group != null)
            {
                group.Dispose();
                group = null;
            }
            Members = new object[0];
        }
    }
}

// Renewing the credentials of a group's members.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;

namespace PeerLab
{
    /// <summary>
    /// A member's credential is issued anew when half of its time is over, as long as the member is connected: who has gone
    /// keeps the end that he has, since nothing else ends a membership.
    /// </summary>
    internal static class CredentialRenewal
    {
        // A subject whose clock is a little behind takes the new credential for valid all the same.
        private static readonly TimeSpan ClockDifference = TimeSpan.FromMinutes(5);

        /// <summary>Renews what is due. Returns why something that is due was not renewed, or null.</summary>
        internal static string Run(PeerGroup group, string identity, DateTime now, HolderLog log, out int renewed)
        {
            renewed = 0;
            try
            {
                PeerMemberEntry own = GroupMembership.Own(group.Members(), identity);
                if (own == null || PeerRoles.Name(own.Roles) != "administrator")
                {
                    return "renews no credentials: " + identity + " is no administrator of it";
                }
                TimeSpan lifetime = group.MemberLifetime();
                string note = null;
                if (string.Equals(group.Creator(), identity, StringComparison.Ordinal) && lifetime > TimeSpan.Zero)
                {
                    // Nobody is above the creator: whether Windows lets it renew itself is not documented.
                    note = Renew(group, own, now + lifetime, now, log, ref renewed);
                    own = GroupMembership.Own(group.Members(), identity) ?? own;
                }
                foreach (PeerMemberEntry member in group.Members())
                {
                    if (member.Present && !string.Equals(member.Identity, identity, StringComparison.Ordinal))
                    {
                        DateTime? until = PresencePolicy.RenewedUntil(member.ValidUntil, lifetime, own.ValidUntil, now);
                        note = Renew(group, member, until, now, log, ref renewed) ?? note;
                    }
                }
                return note;
            }
            catch (PeerException failure)
            {
                return "renews no credentials: " + failure.Message;
            }
        }

        private static string Renew(PeerGroup group, PeerMemberEntry member, DateTime? until, DateTime now, HolderLog log, ref int renewed)
        {
            if (!PresencePolicy.IsHalfOver(member.ValidFrom, member.ValidUntil, now))
            {
                return null;
            }
            if (!until.HasValue)
            {
                return "does not renew " + member.Identity + ": this administrator's own credential ends no later";
            }
            DateTime from = now - ClockDifference;
            try
            {
                // Windows wants it to begin after the credential that it replaces.
                group.RenewCredential(member.Identity, from > member.ValidFrom ? from : member.ValidFrom.AddSeconds(1), until.Value);
            }
            catch (PeerException failure)
            {
                return "does not renew " + member.Identity + ": " + failure.Message;
            }
            renewed++;
            log.Write("credential of " + member.Identity + " renewed until " + PeerMemory.Iso(until.Value));
            return null;
        }
    }
}

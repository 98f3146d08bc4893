// Thousands of rounds through the wrappers, for the count of what is still out afterwards.

using System;
using System.Linq;

namespace PeerLab
{
    internal static class Rounds
    {
        /// <summary>Makes, lists, examines, exports, deletes, imports and deletes an identity, so many times.</summary>
        internal static void Identities(int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                string name = PeerIdentities.Create("round", "Round " + i);
                string exported = PeerIdentities.Export(name, "secret");
                PeerIdentities.Delete(name);
                if (PeerIdentities.Import(exported, "secret") != name || PeerIdentities.List().Single().PeerName != name)
                {
                    throw new InvalidOperationException("The import gave another identity.");
                }
                PeerIdentities.Delete(name);
            }
        }

        /// <summary>Opens, connects, asks, invites, registers, updates and closes, so many times.</summary>
        internal static void Groups(int rounds, string identity)
        {
            using (new PeerGrouping())
            using (new PeerPnrp())
            {
                string group;
                string credential = PeerIdentities.GetXml(identity);
                using (PeerGroup made = PeerGroup.Create(identity, "rounds", "Rounds", null, TimeSpan.FromDays(28)))
                {
                    group = made.PeerName();
                }
                for (int i = 0; i < rounds; i++)
                {
                    using (PeerGroup opened = PeerGroup.Open(identity, group))
                    using (PeerGroupEvents events = new PeerGroupEvents(opened))
                    {
                        opened.Connect();
                        string invitation = opened.CreateInvitation(credential, PeerRoles.Member, DateTime.UtcNow.AddDays(1));
                        int? failure;
                        if (opened.Status() == 0 || opened.Members().Length != 1 || PeerInvitation.Parse(invitation).Group != group || !events.Take(out failure) || failure.HasValue)
                        {
                            throw new InvalidOperationException("The group is not as it was.");
                        }
                    }
                    using (PeerRegistration registration = new PeerRegistration("0.round", null, 5000, "round"))
                    {
                        registration.Update(5001, null);
                        if (PeerPnrp.Resolve("0.round", 10).Length != 0)
                        {
                            throw new InvalidOperationException("A name was resolved in the process that registered it.");
                        }
                    }
                }
                PeerGroup.Delete(identity, group);
            }
        }
    }
}

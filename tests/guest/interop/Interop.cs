// Drives the wrappers of guest/PeerLab from the tests: what the structures look like, which functions are imported, and a
// line of commands with their answers over standard input and output. Compiled together with the guest's own C#.

using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace PeerLab
{
    internal static class Interop
    {
        private static readonly Dictionary<string, IDisposable> Held = new Dictionary<string, IDisposable>();
        private static int lastHandle;

        [DllImport("p2p.dll")]
        internal static extern int PeerDoubleReport(byte[] buffer, int size);

        private static int Main(string[] arguments)
        {
            Console.OutputEncoding = new UTF8Encoding(false);
            if (arguments.Length > 0 && arguments[0] == "layout")
            {
                Description.Layouts();
                return 0;
            }
            if (arguments.Length > 0 && arguments[0] == "imports")
            {
                Description.Imports();
                return 0;
            }
            for (string line = Console.ReadLine(); line != null; line = Console.ReadLine())
            {
                string[] fields = line.Split('\t').Select(Decode).ToArray();
                try
                {
                    string[] answer = Run(fields[0], fields.Skip(1).ToArray());
                    Console.WriteLine(string.Join("\t", new[] { "ok" }.Concat(answer.Select(Encode))));
                }
                catch (PeerException failure)
                {
                    Console.WriteLine("failed\t" + Encode(PeerCodes.Name(failure.HResult)) + "\t" + Encode(failure.Message));
                }
            }

            // What was made last is ended first: groups before grouping.
            foreach (string handle in Held.Keys.OrderByDescending(key => int.Parse(key)).ToArray())
            {
                Held[handle].Dispose();
            }
            return 0;
        }

        private static string Decode(string field)
        {
            return field == "-" ? null : Encoding.UTF8.GetString(Convert.FromBase64String(field));
        }

        private static string Encode(string field)
        {
            return field == null ? "-" : Convert.ToBase64String(Encoding.UTF8.GetBytes(field));
        }

        internal static string Report()
        {
            byte[] buffer = new byte[32768];
            return Encoding.ASCII.GetString(buffer, 0, PeerDoubleReport(buffer, buffer.Length));
        }

        private static string[] Hold(IDisposable made)
        {
            string handle = (++lastHandle).ToString();
            Held[handle] = made;
            return new[] { handle };
        }

        private static PeerGroup Group(string handle)
        {
            return (PeerGroup)Held[handle];
        }

        private static string[] Run(string command, string[] a)
        {
            string[] nothing = new string[0];
            switch (command)
            {
                case "create": return new[] { PeerIdentities.Create(a[0], a[1]) };
                case "export": return new[] { PeerIdentities.Export(a[0], a[1]) };
                case "import": return new[] { PeerIdentities.Import(a[0], a[1]) };
                case "delete": PeerIdentities.Delete(a[0]); return nothing;
                case "list": return Names(PeerIdentities.List());
                case "groups": return Names(PeerIdentities.Groups(a[0]));
                case "friendlyName": return new[] { PeerIdentities.GetFriendlyName(a[0]) };
                case "setFriendlyName": PeerIdentities.SetFriendlyName(a[0], a[1]); return nothing;
                case "credential": return new[] { PeerIdentities.GetXml(a[0]) };
                case "peerName": return new[] { PeerIdentities.CreatePeerName(a[0], a[1]) };
                case "examine": return Evidence(PeerKeys.Examine(a[0]));
                case "probeKeys": return new[] { PeerCodes.Name(PeerKeys.ProbeUserKeys()) };
                case "startGrouping": return Hold(new PeerGrouping());
                case "startNames": return Hold(new PeerPnrp());
                case "end": Held[a[0]].Dispose(); Held.Remove(a[0]); return nothing;
                case "createGroup": return Hold(PeerGroup.Create(a[0], a[1], a[2], a[3], TimeSpan.FromSeconds(double.Parse(a[4]))));
                case "openGroup": return Hold(PeerGroup.Open(a[0], a[1]));
                case "joinGroup": return Hold(PeerGroup.Join(a[0], a[1]));
                case "deleteGroup": PeerGroup.Delete(a[0], a[1]); return nothing;
                case "connect": Group(a[0]).Connect(); return nothing;
                case "connectByAddress": Group(a[0]).ConnectByAddress(new[] { new IPEndPoint(IPAddress.Parse(a[1]), 3587) }); return nothing;
                case "status": return new[] { PeerGroupConnection.StatusName(Group(a[0]).Status()) };
                case "groupName": return new[] { Group(a[0]).PeerName() };
                case "creator": return new[] { Group(a[0]).Creator() };
                case "memberLifetime": return new[] { Group(a[0]).MemberLifetime().TotalSeconds.ToString("0") };
                case "members": return Group(a[0]).Members().Select(Member).ToArray();
                case "invite": return new[] { Group(a[0]).CreateInvitation(a[1], PeerRoles.Of(a[2]), DateTime.UtcNow.AddSeconds(double.Parse(a[3]))) };
                case "renew": Group(a[0]).RenewCredential(a[1], DateTime.UtcNow, DateTime.UtcNow.AddSeconds(double.Parse(a[2]))); return nothing;
                case "parseInvitation": return Invitation(PeerInvitation.Parse(a[0]));
                case "events": return Hold(new PeerGroupEvents(Group(a[0])));
                case "takeFailure": return Failure((PeerGroupEvents)Held[a[0]]);
                case "takeEvents": return TakeEvents(a[0]);
                case "register": return Hold(new PeerRegistration(a[0], a[1], int.Parse(a[2]), a[3]));
                case "update": ((PeerRegistration)Held[a[0]]).Update(int.Parse(a[1]), a[2]); return nothing;
                case "resolve": return PeerPnrp.Resolve(a[0], int.Parse(a[1])).Select(endpoint => endpoint.ToString()).ToArray();
                case "clouds": return PeerClouds.List().Select(cloud => cloud.Name + " " + cloud.Scope + " " + cloud.State).ToArray();
                case "addRight": AccountRights.Add(Convert.FromBase64String(a[0]), a[1]); return nothing;
                case "hasRight": return new[] { AccountRights.Has(Convert.FromBase64String(a[0]), a[1]).ToString() };
                case "arguments": return ArgumentRules.Run();
                case "identityRounds": Rounds.Identities(int.Parse(a[0])); return nothing;
                case "groupRounds": Rounds.Groups(int.Parse(a[0]), a[1]); return nothing;
                case "freeTwice": FreeTwice(); return nothing;
                case "freeForeign": NativeMethods.PeerFreeData(Marshal.AllocHGlobal(16)); return nothing;
                case "report": return new[] { Report() };
                default: throw new ArgumentException("No such command: " + command);
            }
        }

        private static string[] Names(PeerNameEntry[] entries)
        {
            return entries.SelectMany(entry => new[] { entry.PeerName, entry.FriendlyName }).ToArray();
        }

        private static string[] Evidence(KeyEvidence evidence)
        {
            return new[] { evidence.PeerName, evidence.Signed ? "signed" : "unsigned", evidence.CertificateDiffers ? "differs" : "agrees" };
        }

        private static string Member(PeerMemberEntry member)
        {
            return member.Identity + " " + PeerRoles.Name(member.Roles) + " " + (member.Present ? "present" : "absent") + " " + PeerMemory.Iso(member.ValidUntil);
        }

        private static string[] Invitation(PeerInvitation invitation)
        {
            return new[] { invitation.Group, invitation.GroupFriendlyName, invitation.Subject, invitation.Issuer, PeerMemory.Iso(invitation.ValidUntil) };
        }

        private static string[] Failure(PeerGroupEvents events)
        {
            int? failure;
            events.Take(out failure);
            return new[] { failure.HasValue ? PeerCodes.Name(failure.Value) : null };
        }

        // Reads every alternative of the union that the wrappers leave aside.
        private static string[] TakeEvents(string handle)
        {
            FieldInfo field = typeof(PeerGroupEvents).GetField("handle", BindingFlags.NonPublic | BindingFlags.Instance);
            List<string> taken = new List<string>();
            while (true)
            {
                IntPtr data;
                PeerMemory.Check("PeerGroupGetEventData", NativeMethods.PeerGroupGetEventData((IntPtr)field.GetValue(Held[handle]), out data));
                if (data == IntPtr.Zero)
                {
                    return taken.ToArray();
                }
                NativeMethods.PeerGroupEventData what = PeerMemory.Read<NativeMethods.PeerGroupEventData>(data);
                taken.Add(
                    what.EventType == NativeMethods.PeerGroupEventStatusChanged ? "status " + PeerGroupConnection.StatusName(what.Status)
                    : what.EventType == NativeMethods.PeerGroupEventMemberChanged
                        ? "member " + what.MemberChangeData.ChangeType + " " + PeerMemory.ReadString(what.MemberChangeData.Identity)
                    : "failed " + PeerCodes.Name(what.ConnectionFailedReason));
                PeerMemory.Free(data);
            }
        }

        private static void FreeTwice()
        {
            IntPtr name = IntPtr.Zero;
            PeerMemory.Check("PeerCreatePeerName", NativeMethods.PeerCreatePeerName(null, "twice", ref name));
            NativeMethods.PeerFreeData(name);
            NativeMethods.PeerFreeData(name);
        }
    }
}

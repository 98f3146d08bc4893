// Putting a wanted identity in place, and taking one away.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Net;
using System.Text.RegularExpressions;

namespace PeerLab
{
    /// <summary>WantedIdentity of the contract, checked.</summary>
    public sealed class WantedIdentity
    {
        /// <summary>The fields that a WantedIdentity may have.</summary>
        internal static readonly string[] Fields = { "peerName", "friendlyName", "exportedIdentity", "exportPassword" };

        /// <summary>Null: whichever the export holds.</summary>
        public string PeerName { get; private set; }

        /// <summary>Null: the one it has.</summary>
        public string FriendlyName { get; private set; }

        /// <summary>The XML of the export, character for character; null: it was made here and cannot be brought back. Secret.</summary>
        public string Export { get; private set; }

        /// <summary>Null together with Export. Secret.</summary>
        public string ExportPassword { get; private set; }

        /// <summary>An item of the list of wanted identities: it names the identity, and may come without its export.</summary>
        public static WantedIdentity Read(PeerRequest item)
        {
            WantedIdentity wanted = new WantedIdentity();
            wanted.PeerName = item.PeerName("peerName");
            wanted.ReadRest(item, item.Has("exportedIdentity") || item.Has("exportPassword"));
            return wanted;
        }

        /// <summary>A request of Import-PeerIdentity: it carries the export, and may leave out the name.</summary>
        public static WantedIdentity ReadImport(PeerRequest request)
        {
            WantedIdentity wanted = new WantedIdentity();
            wanted.PeerName = request.Has("peerName") ? request.PeerName("peerName") : null;
            wanted.ReadRest(request, true);
            return wanted;
        }

        private void ReadRest(PeerRequest item, bool withExport)
        {
            FriendlyName = item.OptionalText("friendlyName", IdentityActions.FriendlyNamePattern, IdentityActions.FriendlyNameAllowed);
            if (withExport)
            {
                ExportPassword = item.Text("exportPassword");
                Export = item.Utf16("exportedIdentity");
            }
        }
    }

    /// <summary>What IdentityImport.Install did.</summary>
    public sealed class InstalledIdentity
    {
        internal InstalledIdentity(string peerName, bool imported, bool renamed)
        {
            PeerName = peerName;
            Imported = imported;
            Renamed = renamed;
        }

        /// <summary>The peer name it has now.</summary>
        public string PeerName { get; private set; }

        /// <summary>It was missing or dead.</summary>
        public bool Imported { get; private set; }

        /// <summary>It was only given another friendly name.</summary>
        public bool Renamed { get; private set; }
    }

    /// <summary>Importing, recognising and removing identities.</summary>
    public static class IdentityImport
    {
        /// <summary>
        /// Puts a wanted identity in place: leaves one that works, replaces one whose key is dead, imports a missing one, and
        /// sets the friendly name. May be cut anywhere and run again.
        /// </summary>
        public static InstalledIdentity Install(WantedIdentity wanted)
        {
            string name = wanted.PeerName ?? DeclaredPeerName(wanted.Export);
            PeerNameEntry entry = IdentityFacts.Find(name);
            bool imported = !IdentityFacts.IsUsable(entry);
            if (imported)
            {
                RequireExport(wanted, entry);
                if (entry != null)
                {
                    Clear(entry.PeerName);
                }
                name = Import(wanted);
                RequireImported(name);
            }
            bool named = HasFriendlyName(name, wanted);
            if (!named)
            {
                // The export does not carry it.
                PeerIdentities.SetFriendlyName(name, wanted.FriendlyName);
            }
            return new InstalledIdentity(name, imported, !imported && !named);
        }

        /// <summary>What Install would change of a wanted identity with a peer name: one phrase, or null.</summary>
        public static string Drift(WantedIdentity wanted)
        {
            PeerNameEntry entry = IdentityFacts.Find(wanted.PeerName);
            if (entry == null)
            {
                return "identity " + wanted.PeerName + " is missing";
            }
            if (!IdentityFacts.IsUsable(entry))
            {
                return "identity " + wanted.PeerName + " is unusable";
            }
            return HasFriendlyName(wanted.PeerName, wanted) ? null : "identity " + wanted.PeerName + " has another friendly name";
        }

        /// <summary>Deletes an identity and, before it, its groups: Windows answers PEER_E_GROUPS_EXIST otherwise.</summary>
        public static void Clear(string peerName)
        {
            using (PeerSession session = new PeerSession())
            {
                try
                {
                    foreach (PeerNameEntry group in PeerIdentities.Groups(peerName))
                    {
                        PeerIdentities.DeleteGroup(peerName, group.PeerName);
                    }
                }
                catch (PeerException)
                {
                    // Where grouping does not start there is no group to ask for; whether any exists is what the deletion
                    // itself answers.
                    if (PeerCodes.Succeeded(session.GroupingResult))
                    {
                        throw;
                    }
                }
            }
            PeerIdentities.Delete(peerName);
        }

        /// <summary>
        /// The peer name written in an export; an empty text where there is none. Only to look it up in the list: what counts
        /// is the key.
        /// </summary>
        public static string DeclaredPeerName(string export)
        {
            // The page of PeerIdentityExport calls the element PEERNAME, the page of PeerIdentityImport IDENTITY.
            Match match = Regex.Match(export, @"<(?:PEERNAME|IDENTITY)(?:\s[^>]*)?>\s*([0-9a-f]{40}\.[^<]+?)\s*</", RegexOptions.CultureInvariant);
            return match.Success ? WebUtility.HtmlDecode(match.Groups[1].Value) : string.Empty;
        }

        private static bool HasFriendlyName(string peerName, WantedIdentity wanted)
        {
            return wanted.FriendlyName == null
                || string.Equals(PeerIdentities.GetFriendlyName(peerName), wanted.FriendlyName, StringComparison.Ordinal);
        }

        private static void RequireExport(WantedIdentity wanted, PeerNameEntry entry)
        {
            if (wanted.Export == null)
            {
                throw new PeerFailure(
                    "PeerIdentityMissing",
                    entry == null
                        ? "The identity " + wanted.PeerName + " is not on this machine."
                        : "The key of " + wanted.PeerName + " does not sign.",
                    "It was made on this machine (New-PeerIdentity) and nothing can bring it back: make another one, or give its export.");
            }
        }

        // The peer name it has now. One that is not the expected is removed again.
        private static string Import(WantedIdentity wanted)
        {
            string expected = wanted.PeerName ?? DeclaredPeerName(wanted.Export);
            string name = PeerIdentities.Import(wanted.Export, wanted.ExportPassword);
            if (name == null)
            {
                // Windows says that it was there and does not promise to say under which name: only the list can tell.
                if (IdentityFacts.Find(expected) == null)
                {
                    throw new PeerFailure(
                        "PeerIdentityMismatch",
                        "Windows holds the exported identity already, but not under the name " + expected + ".",
                        "Give the peer name that belongs to this export.");
                }
                return expected;
            }
            if (expected.Length > 0 && !string.Equals(name, expected, StringComparison.Ordinal))
            {
                Clear(name);
                throw new PeerFailure(
                    "PeerIdentityMismatch",
                    "The exported identity is " + name + ", wanted is " + expected + "; it was removed again.",
                    "Give the export that belongs to this peer name.");
            }
            return name;
        }

        // Fails where the identity that was just imported does not sign, or holds another key than its name says.
        private static void RequireImported(string peerName)
        {
            KeyEvidence evidence = IdentityFacts.Find(peerName) == null ? null : IdentityFacts.Examine(peerName);
            if (evidence == null || !evidence.Proves)
            {
                throw new PeerFailure(
                    "PeerIdentityUnusable",
                    peerName + " was imported, but its key does not sign.",
                    "Check that the profile of the lab user loads and can be written, then run this again.");
            }
            if (!string.Equals(evidence.PeerName, peerName, StringComparison.Ordinal))
            {
                Clear(peerName);
                throw new PeerFailure(
                    "PeerIdentityMismatch",
                    "The key stored for " + peerName + " belongs to " + evidence.PeerName + "; it was removed again.",
                    "Give the export that belongs to this peer name, unaltered.");
            }
        }
    }
}

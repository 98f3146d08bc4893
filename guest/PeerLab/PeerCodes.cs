// The names and the advice for what p2p.dll and CryptoAPI answer.
//
// Names and values of the 0x8063xxxx family: winerror.h, as listed in Microsoft's "COM Error Codes (P2P)".
// PEER_E_IDENTITY_NOT_FOUND is 0x80630401 there; the peer SDK's own page says 0x80630501, which is
// PEER_E_EVENT_HANDLE_NOT_FOUND.
//
// C# 5: Windows PowerShell 5.1 compiles this with the compiler of the .NET Framework.

using System;
using System.Collections.Generic;
using System.Globalization;

namespace PeerLab
{
    /// <summary>Names and advice for HRESULTs.</summary>
    public static class PeerCodes
    {
        private static readonly Dictionary<uint, string> Names = new Dictionary<uint, string>
        {
            { 0x00000000, "S_OK" },
            { 0x00000001, "S_FALSE" },
            { 0x00630001, "PEER_S_GRAPH_DATA_CREATED" },
            { 0x00630002, "PEER_S_NO_EVENT_DATA" },
            { 0x00630005, "PEER_S_NO_CONNECTIVITY" },
            { 0x00630006, "PEER_S_ALREADY_A_MEMBER" },
            { 0x00632000, "PEER_S_ALREADY_CONNECTED" },
            { 0x80004005, "E_FAIL" },
            { 0x80070005, "E_ACCESSDENIED" },
            { 0x8007000E, "E_OUTOFMEMORY" },
            { 0x80070056, "ERROR_INVALID_PASSWORD" },
            { 0x80070057, "E_INVALIDARG" },
            { 0x80070070, "PEER_E_DISK_FULL" },
            { 0x800700B7, "PEER_E_ALREADY_EXISTS" },
            { 0x8007042C, "ERROR_SERVICE_DEPENDENCY_FAIL" },
            { 0x800705B4, "ERROR_TIMEOUT" },
            { 0x80070490, "PEER_E_NOT_FOUND" },
            { 0x80072CED, "PEER_E_CLOUD_NOT_FOUND" },
            { 0x80072CEE, "PEER_E_CLOUD_DISABLED" },
            { 0x80072CEF, "PEER_E_INVALID_IDENTITY" },
            { 0x80072CF0, "PEER_E_TOO_MUCH_LOAD" },
            { 0x80072CF1, "PEER_E_CLOUD_IS_SEARCH_ONLY" },
            { 0x80072CF2, "PEER_E_CLIENT_INVALID_COMPARTMENT_ID" },
            { 0x80072CF4, "PEER_E_DUPLICATE_PEER_NAME" },
            { 0x80072CF5, "PEER_E_CLOUD_IS_DEAD" },
            { 0x80090003, "NTE_BAD_KEY" },
            { 0x8009000B, "NTE_BAD_KEY_STATE" },
            { 0x8009000D, "NTE_NO_KEY" },
            { 0x80090010, "NTE_PERM" },
            { 0x80090016, "NTE_BAD_KEYSET" },
            { 0x8009001F, "NTE_BAD_KEYSET_PARAM" },
            { 0x80090020, "NTE_FAIL" },
            { 0x80630001, "PEER_E_IPV6_NOT_INSTALLED" },
            { 0x80630002, "PEER_E_NOT_INITIALIZED" },
            { 0x80630003, "PEER_E_CANNOT_START_SERVICE" },
            { 0x80630004, "PEER_E_NOT_LICENSED" },
            { 0x80630103, "PEER_E_CONNECTION_NOT_FOUND" },
            { 0x80630106, "PEER_E_CONNECT_SELF" },
            { 0x80630107, "PEER_E_ALREADY_LISTENING" },
            { 0x80630108, "PEER_E_NODE_NOT_FOUND" },
            { 0x80630109, "PEER_E_CONNECTION_FAILED" },
            { 0x8063010A, "PEER_E_CONNECTION_NOT_AUTHENTICATED" },
            { 0x8063010B, "PEER_E_CONNECTION_REFUSED" },
            { 0x80630201, "PEER_E_CLASSIFIER_TOO_LONG" },
            { 0x80630202, "PEER_E_TOO_MANY_IDENTITIES" },
            { 0x80630203, "PEER_E_NO_KEY_ACCESS" },
            { 0x80630204, "PEER_E_GROUPS_EXIST" },
            { 0x80630301, "PEER_E_RECORD_NOT_FOUND" },
            { 0x80630302, "PEER_E_DATABASE_ACCESSDENIED" },
            { 0x80630305, "PEER_E_DATABASE_ALREADY_PRESENT" },
            { 0x80630306, "PEER_E_DATABASE_NOT_PRESENT" },
            { 0x80630401, "PEER_E_IDENTITY_NOT_FOUND" },
            { 0x80630501, "PEER_E_EVENT_HANDLE_NOT_FOUND" },
            { 0x80630701, "PEER_E_INVITATION_NOT_TRUSTED" },
            { 0x80630703, "PEER_E_CHAIN_TOO_LONG" },
            { 0x80630705, "PEER_E_INVALID_TIME_PERIOD" },
            { 0x80630706, "PEER_E_CIRCULAR_CHAIN_DETECTED" },
            { 0x80630801, "PEER_E_CERT_STORE_CORRUPTED" },
            { 0x80631001, "PEER_E_NO_CLOUD" },
            { 0x80631005, "PEER_E_CLOUD_NAME_AMBIGUOUS" },
            { 0x80632010, "PEER_E_INVALID_RECORD" },
            { 0x80632020, "PEER_E_NOT_AUTHORIZED" },
            { 0x80632021, "PEER_E_PASSWORD_DOES_NOT_MEET_POLICY" },
            { 0x80632040, "PEER_E_INVALID_GROUP_PROPERTIES" },
            { 0x80632050, "PEER_E_INVALID_PEER_NAME" },
            { 0x80632060, "PEER_E_INVALID_CLASSIFIER" },
            { 0x80632070, "PEER_E_INVALID_FRIENDLY_NAME" },
            { 0x80632082, "PEER_E_INVALID_CREDENTIAL" },
            { 0x80632090, "PEER_E_UNSUPPORTED_VERSION" },
            { 0x80632091, "PEER_E_GROUP_NOT_READY" },
            { 0x80632092, "PEER_E_GROUP_IN_USE" },
            { 0x80632093, "PEER_E_INVALID_GROUP" },
            { 0x80632094, "PEER_E_NO_MEMBERS_FOUND" },
            { 0x80632095, "PEER_E_NO_MEMBER_CONNECTIONS" },
            { 0x80632096, "PEER_E_UNABLE_TO_LISTEN" },
            { 0x806320A0, "PEER_E_IDENTITY_DELETED" },
            { 0x806320A1, "PEER_E_SERVICE_NOT_AVAILABLE" },
            { 0x80634002, "PEER_E_INVALID_PEER_HOST_NAME" },
            { 0x80634003, "PEER_E_NO_MORE" },
            { 0x80634005, "PEER_E_PNRP_DUPLICATE_PEER_NAME" },
            { 0x80637008, "PEER_E_FW_EXCEPTION_DISABLED" },
            { 0x80637009, "PEER_E_FW_BLOCKED_BY_POLICY" },
            { 0x8063700A, "PEER_E_FW_BLOCKED_BY_SHIELDS_UP" },
            { 0x8063700B, "PEER_E_FW_DECLINED" },
        };

        private static readonly Dictionary<string, string> Hints = new Dictionary<string, string>
        {
            { "PEER_E_IPV6_NOT_INSTALLED", "Install and start IPv6 on this machine; restart it if the change is still pending." },
            { "PEER_E_CANNOT_START_SERVICE", "Start pnrpsvc, p2pimsvc and p2psvc and read the source Microsoft-Windows-PNRPSvc in the System log." },
            { "PEER_E_SERVICE_NOT_AVAILABLE", "Start the service PNRPsvc and read the source Microsoft-Windows-PNRPSvc in the System log." },
            { "ERROR_SERVICE_DEPENDENCY_FAIL", "Start the service PNRPsvc: grouping depends on it." },
            { "PEER_E_NOT_LICENSED", "This edition of Windows does not carry the peer stack: use a client image such as Windows 11." },
            { "PEER_E_NO_KEY_ACCESS", "Log on with the lab user's password, not with a key, and let the profile load, or give userPassword in the request; where that is so, give the user back the rights on the key folder, %APPDATA%\\Microsoft\\Crypto." },
            { "NTE_PERM", "Log on with the lab user's password, not with a key, or give userPassword in the request; where that is so, give the user back the rights on the key folder, %APPDATA%\\Microsoft\\Crypto." },
            { "NTE_BAD_KEYSET", "The key container is missing or unreadable for this logon: log on with the lab user's password, or import the identity again." },
            { "NTE_BAD_KEY_STATE", "The user's data protection key cannot be opened: log on with the lab user's password, or import the identity again." },
            { "PEER_E_TOO_MANY_IDENTITIES", "Delete identities of this user that are no longer used." },
            { "PEER_E_GROUPS_EXIST", "Delete the identity's groups first." },
            { "PEER_E_CERT_STORE_CORRUPTED", "Run this with reconcile, or delete %APPDATA%\\PeerNetworking\\idstore.sst of this user: its identities are lost, and are imported again." },
            { "E_INVALIDARG", "The exported identity or its password is not what was exported: pass it on byte for byte." },
            { "ERROR_INVALID_PASSWORD", "Give the password that the identity was exported under, and the export unchanged: changed bytes look like a wrong password." },
            { "E_ACCESSDENIED", "Run as the lab user; guests and users without a profile are refused." },
            { "PEER_E_DISK_FULL", "Free space on the system drive." },
            { "PEER_E_NO_CLOUD", "Give the machine a global IPv6 address and a PNRP seed, and see that the cloud Global_ is there (Test-PeerReachability lists the clouds)." },
            { "PEER_E_CLOUD_NAME_AMBIGUOUS", "Remove the clouds of interfaces that are not used: netsh p2p pnrp cloud show list names them." },
            { "PEER_E_INVITATION_NOT_TRUSTED", "Make a new invitation, and pass it on byte for byte." },
            { "PEER_E_INVALID_TIME_PERIOD", "Compare the clocks of the machines (w32tm /query /status); if they agree, what was shown has ended or has not begun." },
            { "PEER_E_NOT_AUTHORIZED", "Do this as an administrator of the group." },
            { "PEER_E_GROUP_NOT_READY", "This machine has not synchronised with the group: let another member be connected, then run this again." },
            { "PEER_E_CHAIN_TOO_LONG", "Invite from the creator, or from an administrator nearer to it: at most 24 invitations may lie in between." },
            { "PEER_E_IDENTITY_NOT_FOUND", "Import the identity, or make it, before what needs it." },
            { "PEER_E_IDENTITY_DELETED", "The identity was deleted: make or import it again, and join with a new invitation." },
        };

        private static readonly string[] NoKeyAccess =
        {
            "PEER_E_NO_KEY_ACCESS", "NTE_PERM", "NTE_BAD_KEYSET", "NTE_BAD_KEY_STATE", "NTE_FAIL",
        };

        private static readonly string[] DeadKey =
        {
            "NTE_NO_KEY", "NTE_BAD_KEY", "NTE_BAD_KEYSET_PARAM", "PEER_E_NOT_FOUND",
        };

        private static readonly string[] NoStack =
        {
            "PEER_E_NOT_LICENSED", "PEER_E_CANNOT_START_SERVICE", "PEER_E_SERVICE_NOT_AVAILABLE", "PEER_E_IPV6_NOT_INSTALLED",
            "ERROR_SERVICE_DEPENDENCY_FAIL", "P2pLibraryMissing",
        };

        /// <summary>The constant's name in winerror.h, or HRESULT_ and eight hex digits where it is not known here.</summary>
        public static string Name(int hresult)
        {
            string name;
            return Names.TryGetValue(unchecked((uint)hresult), out name) ? name : "HRESULT_" + Hex(hresult).Substring(2);
        }

        /// <summary>0x and eight hex digits.</summary>
        public static string Hex(int hresult)
        {
            return "0x" + unchecked((uint)hresult).ToString("X8", CultureInfo.InvariantCulture);
        }

        /// <summary>What to do about a code, one sentence.</summary>
        public static string Hint(string name)
        {
            string hint;
            return Hints.TryGetValue(name, out hint) ? hint : "Look the code up among the peer networking return codes of Windows.";
        }

        /// <summary>
        /// Whether a code may mean that this logon opens no keys of its user: the same action can work in a logon with the
        /// password.
        /// </summary>
        public static bool MeansNoKeyAccess(string name)
        {
            return Array.IndexOf(NoKeyAccess, name) >= 0;
        }

        /// <summary>Whether a code speaks of an identity's key and of nothing else.</summary>
        public static bool MeansDeadKey(string name)
        {
            return MeansNoKeyAccess(name) || Array.IndexOf(DeadKey, name) >= 0;
        }

        /// <summary>Whether a code says that the stack, or the part of it that was called, does not run here at all.</summary>
        public static bool MeansNoStack(string name)
        {
            return Array.IndexOf(NoStack, name) >= 0;
        }

        /// <summary>Success is every HRESULT that is not negative: the stack has success codes beside S_OK.</summary>
        public static bool Succeeded(int hresult)
        {
            return hresult >= 0;
        }
    }

    /// <summary>
    /// A call of Windows that failed. The entries of Data are what peerlab.ps1 prints; the message carries the call and
    /// the code, never an argument.
    /// </summary>
    public sealed class PeerException : Exception
    {
        public PeerException(string call, int hresult)
            : base(call + " answered " + PeerCodes.Name(hresult) + " (" + PeerCodes.Hex(hresult) + ").")
        {
            HResult = hresult;
            string name = PeerCodes.Name(hresult);
            Data["PeerLab.Code"] = name;
            Data["PeerLab.HResult"] = PeerCodes.Hex(hresult);
            Data["PeerLab.Message"] = Message;
            Data["PeerLab.Hint"] = PeerCodes.Hint(name);
        }
    }

    /// <summary>
    /// A failure that has a code of ours (guestFailureCodes of the contract), or one of Windows that no call answered. The
    /// entries of Data are what peerlab.ps1 prints; no secret belongs into any of them.
    /// </summary>
    public sealed class PeerFailure : Exception
    {
        public PeerFailure(string code, string message, string hint)
            : base(message)
        {
            Code = code;
            Data["PeerLab.Code"] = code;
            Data["PeerLab.Message"] = message;
            Data["PeerLab.Hint"] = hint;
        }

        public PeerFailure(string code, string message, string hint, int hresult)
            : this(code, message, hint)
        {
            HResult = hresult;
            Data["PeerLab.HResult"] = PeerCodes.Hex(hresult);
        }

        /// <summary>The stable name.</summary>
        public string Code { get; private set; }

        /// <summary>The stable name of a failure of either kind; null for an exception that is neither.</summary>
        public static string CodeOf(Exception failure)
        {
            return failure.Data["PeerLab.Code"] as string;
        }
    }
}

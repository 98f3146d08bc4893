// The PNRP clouds of this machine: which there are says p2p.dll, in which state says the name space of Winsock.
//
// C# 5: Windows PowerShell 5.1 compiles this with the compiler of the .NET Framework.

using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Runtime.InteropServices;

namespace PeerLab
{
    /// <summary>A cloud that this machine takes part in.</summary>
    public sealed class PeerCloud
    {
        private static readonly string[] Scopes = { "any", "global", "siteLocal", "linkLocal" };
        private static readonly string[] States = { "virtual", "synchronizing", "active", "dead", "disabled", "noNet", "alone" };

        internal PeerCloud(string name, int scope, int? state)
        {
            Name = name;
            Scope = scope > 0 && scope < Scopes.Length ? Scopes[scope] : "global";
            State = state.HasValue && state.Value >= 0 && state.Value < States.Length ? States[state.Value] : "unknown";
        }

        /// <summary>`Global_` and the like; names are case-sensitive.</summary>
        public string Name { get; private set; }

        /// <summary>`global`, `siteLocal` or `linkLocal`.</summary>
        public string Scope { get; private set; }

        /// <summary>By PNRP_CLOUD_STATE; `unknown` where Winsock does not tell.</summary>
        public string State { get; private set; }

        /// <summary>CloudFacts of the contract.</summary>
        public OrderedDictionary Facts()
        {
            OrderedDictionary facts = new OrderedDictionary();
            facts["name"] = Name;
            facts["scope"] = Scope;
            facts["state"] = State;
            return facts;
        }
    }

    /// <summary>Listing clouds. PNRP has to be started (PeerPnrp); failures are PeerException.</summary>
    public static class PeerClouds
    {
        private const uint NameSpaceCloud = 39; // NS_PNRPCLOUD
        private const uint ReturnNameAndBlob = 0x0010 | 0x0200; // LUP_RETURN_NAME, LUP_RETURN_BLOB
        private const int Fault = 10014; // WSAEFAULT: the buffer is too small

        // SVCID_PNRPCLOUD of pnrpns.h
        private static readonly Guid CloudService = new Guid("c2239ce6-00c0-4fbf-bad6-18139385a49a");

        /// <summary>All clouds of this machine.</summary>
        public static PeerCloud[] List()
        {
            Dictionary<string, int> states = States();
            uint count;
            IntPtr data;
            PeerMemory.Check("PeerPnrpGetCloudInfo", NativeMethods.PeerPnrpGetCloudInfo(out count, out data));
            try
            {
                List<PeerCloud> clouds = new List<PeerCloud>();
                int size = Marshal.SizeOf(typeof(NativeMethods.PeerPnrpCloudInfo));
                for (int i = 0; data != IntPtr.Zero && i < count; i++)
                {
                    NativeMethods.PeerPnrpCloudInfo info = PeerMemory.Read<NativeMethods.PeerPnrpCloudInfo>(new IntPtr(data.ToInt64() + (i * size)));
                    string name = PeerMemory.ReadString(info.CloudName);
                    int state;
                    clouds.Add(new PeerCloud(name, info.Scope, states.TryGetValue(name, out state) ? state : (int?)null));
                }
                return clouds.ToArray();
            }
            finally
            {
                PeerMemory.Free(data);
            }
        }

        /// <summary>CloudFacts of the contract; none where the clouds cannot be listed.</summary>
        public static object[] Facts()
        {
            try
            {
                using (new PeerPnrp())
                {
                    return Array.ConvertAll<PeerCloud, object>(List(), cloud => cloud.Facts());
                }
            }
            catch (PeerException)
            {
                return new object[0];
            }
        }

        /// <summary>Whether these facts are of a global cloud in which nobody else has been found.</summary>
        internal static bool IsAlone(object[] facts)
        {
            return AloneCloud(facts) != null;
        }

        /// <summary>The name of the global cloud in which nobody else has been found; null where there is none.</summary>
        internal static string AloneCloud(object[] facts)
        {
            IDictionary alone = (IDictionary)Array.Find(facts, delegate(object one)
            {
                IDictionary cloud = (IDictionary)one;
                return (string)cloud["scope"] == "global" && (string)cloud["state"] == "alone";
            });
            return alone == null ? null : (string)alone["name"];
        }

        /// <summary>PNRP_CLOUD_STATE by the name of the cloud; what Winsock does not tell is left out.</summary>
        private static Dictionary<string, int> States()
        {
            Dictionary<string, int> states = new Dictionary<string, int>(StringComparer.Ordinal);
            try
            {
                // WSADATA is 408 bytes on x64.
                if (WSAStartup(0x0202, new byte[512]) != 0)
                {
                    return states;
                }
                try
                {
                    ReadStates(states);
                }
                finally
                {
                    WSACleanup();
                }
            }
            catch (DllNotFoundException)
            {
                // Not Windows: the states stay unknown.
            }
            catch (EntryPointNotFoundException)
            {
                // As above.
            }
            return states;
        }

        private static void ReadStates(Dictionary<string, int> states)
        {
            // All scopes, said as Microsoft's samples say it.
            CloudInfo all = new CloudInfo();
            all.Size = (uint)Marshal.SizeOf(typeof(CloudInfo));
            GCHandle criteria = GCHandle.Alloc(all, GCHandleType.Pinned);
            GCHandle service = GCHandle.Alloc(CloudService, GCHandleType.Pinned);
            Blob blob = new Blob();
            blob.Size = all.Size;
            blob.Data = criteria.AddrOfPinnedObject();
            GCHandle pinnedBlob = GCHandle.Alloc(blob, GCHandleType.Pinned);
            IntPtr lookup;
            try
            {
                QuerySet query = new QuerySet();
                query.Blob = pinnedBlob.AddrOfPinnedObject();
                query.Size = (uint)Marshal.SizeOf(typeof(QuerySet));
                query.ServiceClassId = service.AddrOfPinnedObject();
                query.NameSpace = NameSpaceCloud;
                if (WSALookupServiceBegin(ref query, ReturnNameAndBlob, out lookup) != 0)
                {
                    return;
                }
            }
            finally
            {
                pinnedBlob.Free();
                service.Free();
                criteria.Free();
            }
            IntPtr buffer = IntPtr.Zero;
            try
            {
                uint size = 4096;
                buffer = Marshal.AllocHGlobal((int)size);

                // A machine has few clouds; the bound is against a name space that never ends.
                for (int i = 0; i < 1000; i++)
                {
                    uint needed = size;
                    if (WSALookupServiceNext(lookup, 0, ref needed, buffer) == 0)
                    {
                        Note(states, PeerMemory.Read<QuerySet>(buffer));
                    }
                    else if (Marshal.GetLastWin32Error() == Fault && needed > size)
                    {
                        size = needed;
                        buffer = Marshal.ReAllocHGlobal(buffer, new IntPtr(size));
                    }
                    else
                    {
                        break;
                    }
                }
            }
            finally
            {
                Marshal.FreeHGlobal(buffer);
                WSALookupServiceEnd(lookup);
            }
        }

        private static void Note(Dictionary<string, int> states, QuerySet found)
        {
            if (found.ServiceInstanceName == IntPtr.Zero || found.Blob == IntPtr.Zero)
            {
                return;
            }
            Blob blob = PeerMemory.Read<Blob>(found.Blob);
            if (blob.Data != IntPtr.Zero && blob.Size >= Marshal.SizeOf(typeof(CloudInfo)))
            {
                states[PeerMemory.ReadString(found.ServiceInstanceName)] = PeerMemory.Read<CloudInfo>(blob.Data).State;
            }
        }

        [DllImport("ws2_32.dll")]
        private static extern int WSAStartup(ushort versionRequested, [Out] byte[] data);

        [DllImport("ws2_32.dll")]
        private static extern int WSACleanup();

        [DllImport("ws2_32.dll", EntryPoint = "WSALookupServiceBeginW", SetLastError = true)]
        private static extern int WSALookupServiceBegin(ref QuerySet restrictions, uint controlFlags, out IntPtr lookup);

        [DllImport("ws2_32.dll", EntryPoint = "WSALookupServiceNextW", SetLastError = true)]
        private static extern int WSALookupServiceNext(IntPtr lookup, uint controlFlags, ref uint bufferLength, IntPtr results);

        [DllImport("ws2_32.dll")]
        private static extern int WSALookupServiceEnd(IntPtr lookup);

        /// <summary>WSAQUERYSETW</summary>
        [StructLayout(LayoutKind.Sequential)]
        private struct QuerySet
        {
            internal uint Size;
            internal IntPtr ServiceInstanceName;
            internal IntPtr ServiceClassId;
            internal IntPtr Version;
            internal IntPtr Comment;
            internal uint NameSpace;
            internal IntPtr ProviderId;
            internal IntPtr Context;
            internal uint ProtocolCount;
            internal IntPtr Protocols;
            internal IntPtr QueryString;
            internal uint AddressCount;
            internal IntPtr Addresses;
            internal uint OutputFlags;
            internal IntPtr Blob;
        }

        [StructLayout(LayoutKind.Sequential)]
        private struct Blob
        {
            internal uint Size;
            internal IntPtr Data;
        }

        /// <summary>PNRPCLOUDINFO</summary>
        [StructLayout(LayoutKind.Sequential)]
        private struct CloudInfo
        {
            internal uint Size;
            internal int AddressFamily;
            internal int Scope;
            internal uint ScopeId;
            internal int State;
            internal int Flags;
        }
    }
}

// What every wrapper of p2p.dll does with what it is handed: look at the HRESULT, read, give the memory back.
//
// C# 5: Windows PowerShell 5.1 compiles this with the compiler of the .NET Framework.

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.InteropServices;
using FILETIME = System.Runtime.InteropServices.ComTypes.FILETIME;

namespace PeerLab
{
    /// <summary>Results and memory of p2p.dll.</summary>
    internal static class PeerMemory
    {
        /// <summary>Throws PeerException where the call failed. Success is every HRESULT that is not negative.</summary>
        internal static void Check(string call, int hresult)
        {
            if (!PeerCodes.Succeeded(hresult))
            {
                throw new PeerException(call, hresult);
            }
        }

        /// <summary>A text that is handed out to be freed; empty where there is none.</summary>
        internal static string TakeString(IntPtr text)
        {
            try
            {
                return ReadString(text);
            }
            finally
            {
                Free(text);
            }
        }

        /// <summary>A text inside a structure that is freed as a whole; empty where there is none.</summary>
        internal static string ReadString(IntPtr text)
        {
            return text == IntPtr.Zero ? string.Empty : Marshal.PtrToStringUni(text);
        }

        internal static void Free(IntPtr data)
        {
            if (data != IntPtr.Zero)
            {
                NativeMethods.PeerFreeData(data);
            }
        }

        internal static T Read<T>(IntPtr structure) where T : struct
        {
            return (T)Marshal.PtrToStructure(structure, typeof(T));
        }

        /// <summary>
        /// Visits every item of an enumeration, whose memory lasts for the visit only, and ends the enumeration.
        /// </summary>
        internal static void Enumerate(IntPtr enumeration, Action<IntPtr> visit)
        {
            try
            {
                uint count;
                Check("PeerGetItemCount", NativeMethods.PeerGetItemCount(enumeration, out count));
                while (count > 0)
                {
                    uint taken = count;
                    IntPtr items;
                    Check("PeerGetNextItem", NativeMethods.PeerGetNextItem(enumeration, ref taken, out items));
                    if (taken == 0)
                    {
                        break;
                    }
                    try
                    {
                        for (int i = 0; i < taken; i++)
                        {
                            visit(Marshal.ReadIntPtr(items, i * IntPtr.Size));
                        }
                    }
                    finally
                    {
                        Free(items);
                    }
                    count -= Math.Min(taken, count);
                }
            }
            finally
            {
                NativeMethods.PeerEndEnumeration(enumeration);
            }
        }

        /// <summary>The identities or groups that an enumeration lists.</summary>
        internal static PeerNameEntry[] NamePairs(IntPtr enumeration)
        {
            List<PeerNameEntry> entries = new List<PeerNameEntry>();
            Enumerate(
                enumeration,
                delegate(IntPtr item)
                {
                    NativeMethods.PeerNamePair pair = Read<NativeMethods.PeerNamePair>(item);
                    entries.Add(new PeerNameEntry(ReadString(pair.PeerName), ReadString(pair.FriendlyName)));
                });
            return entries.ToArray();
        }

        internal static Guid[] Roles(IntPtr roles, uint count)
        {
            Guid[] read = new Guid[roles == IntPtr.Zero ? 0 : count];
            for (int i = 0; i < read.Length; i++)
            {
                read[i] = Read<Guid>(new IntPtr(roles.ToInt64() + (i * 16)));
            }
            return read;
        }

        internal static DateTime Time(FILETIME time)
        {
            long ticks = ((long)time.dwHighDateTime << 32) | unchecked((uint)time.dwLowDateTime);

            // What is beyond the calendar is "for ever".
            return ticks < 0 || ticks > MaximumFileTime ? DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc) : DateTime.FromFileTimeUtc(ticks);
        }

        internal static FILETIME Time(DateTime time)
        {
            long ticks = time.ToUniversalTime().ToFileTimeUtc();
            FILETIME result = new FILETIME();
            result.dwHighDateTime = unchecked((int)(ticks >> 32));
            result.dwLowDateTime = unchecked((int)(ticks & 0xFFFFFFFF));
            return result;
        }

        /// <summary>ISO 8601, UTC, whole seconds: the form of every date in a report.</summary>
        internal static string Iso(DateTime time)
        {
            return time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        }

        private static readonly long MaximumFileTime = new DateTime(9999, 12, 31, 0, 0, 0, DateTimeKind.Utc).ToFileTimeUtc();
    }
}

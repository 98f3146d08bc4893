// How far this machine's clock is from that of whoever asks.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections;
using System.Globalization;

namespace PeerLab
{
    /// <summary>The field `now` of a request, and `clockOffsetSeconds` of its report.</summary>
    public static class PeerClock
    {
        private const string Allowed = "a time as 2030-01-31T12:00:00Z";
        private const string Pattern = @"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,7})?Z\z";

        /// <summary>Refuses a `now` that is no time of the calendar.</summary>
        public static void Check(PeerRequest request)
        {
            DateTime time;
            string text = request.OptionalText("now", Pattern, Allowed);
            if (text != null && !TryRead(text, out time))
            {
                throw PeerRequest.Refusal(request.PathOf("now"), text, Allowed);
            }
        }

        /// <summary>
        /// Adds `clockOffsetSeconds` to a report where the checked request says what time it is. To be called when the action
        /// begins: what passes before is in the number.
        /// </summary>
        public static void Compare(IDictionary request, IDictionary report)
        {
            DateTime time;
            string text = request.Contains("now") ? request["now"] as string : null;
            if (text != null && TryRead(text, out time))
            {
                report["clockOffsetSeconds"] = (long)Math.Round((DateTime.UtcNow - time).TotalSeconds);
            }
        }

        private static bool TryRead(string text, out DateTime time)
        {
            return DateTime.TryParseExact(
                text,
                "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'",
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out time);
        }
    }
}

// What lives longer than an action, and the decisions behind it, for tests: the program's arguments say which.
//
//   hold <guest folder>      the presence holder, until standard input ends or there is nothing to hold
//   facts <guest folder>     PresenceFacts, one line of JSON
//   listen <seconds> <port>  the listener of a reachability test, until standard input ends
//   crowd                    a listener whose queue is full: connections to it are dropped in silence; until standard input ends
//   log <file> <lines>       so many lines into a holder's log
//   seeds <log file>         one state of the global cloud a line, `<seconds> <state>`: what the holder does about it; a line when done
//   json                     reads a document a line and writes it again; `FormatException: ...` where it is none
//   decide                   one question a line on standard input, as JSON; one answer a line

using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using PeerLab;

internal static class HolderDriver
{
    internal static int Run(string[] arguments)
    {
        switch (arguments[0])
        {
            case "hold": return Hold(arguments[1]);
            case "facts": return Facts(arguments[1]);
            case "listen": return Listen(arguments);
            case "crowd": return Crowd();
            case "log": return Log(arguments[1], int.Parse(arguments[2], CultureInfo.InvariantCulture));
            case "seeds": return Seeds(arguments[1]);
            case "json": return Json();
            case "decide": return Decide();
            default: throw new ArgumentException(arguments[0]);
        }
    }

    private static int Hold(string directory)
    {
        using (ManualResetEvent stop = EndOfInput())
        {
            return PeerHolder.Run(directory, stop);
        }
    }

    private static int Json()
    {
        for (string line = Console.In.ReadLine(); line != null; line = Console.In.ReadLine())
        {
            try
            {
                Console.Out.WriteLine(PeerJson.Write(PeerJson.Read(line)));
            }
            catch (FormatException failure)
            {
                Console.Out.WriteLine("FormatException: " + failure.Message);
            }
        }
        return 0;
    }

    private static int Facts(string directory)
    {
        ActionContext context = new ActionContext();
        context.Directory = directory;
        Console.Out.WriteLine(PeerJson.Write(PeerHolder.Facts(context)));
        return 0;
    }

    private static int Listen(string[] arguments)
    {
        List<int> ports = new List<int>();
        for (int i = 2; i < arguments.Length; i++)
        {
            ports.Add(int.Parse(arguments[i], CultureInfo.InvariantCulture));
        }
        TimeSpan time = TimeSpan.FromSeconds(int.Parse(arguments[1], CultureInfo.InvariantCulture));
        using (ManualResetEvent stop = EndOfInput())
        {
            PeerListener.Run(ports.ToArray(), time, opened => Console.Out.WriteLine("ready " + string.Join(",", opened)), stop);
        }
        return 0;
    }

    private static int Crowd()
    {
        using (ManualResetEvent stop = EndOfInput())
        using (Socket listener = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp))
        {
            listener.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            listener.Listen(1);
            List<Socket> queue = new List<Socket>();
            bool full = false;
            while (!full)
            {
                Socket client = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
                queue.Add(client);
                full = !client.BeginConnect(listener.LocalEndPoint, null, null).AsyncWaitHandle.WaitOne(500);
            }
            Console.Out.WriteLine("ready " + ((IPEndPoint)listener.LocalEndPoint).Port.ToString(CultureInfo.InvariantCulture));
            stop.WaitOne();
            queue.ForEach(client => client.Close());
        }
        return 0;
    }

    private static int Log(string file, int lines)
    {
        HolderLog log = new HolderLog(file);
        for (int i = 0; i < lines; i++)
        {
            log.Write("line " + i.ToString(CultureInfo.InvariantCulture) + " \r\n\u00e4 " + new string('x', i % 1000));
        }
        return 0;
    }

    private static int Seeds(string file)
    {
        SeedSynchronization seeds = new SeedSynchronization(new HolderLog(file));
        for (string line = Console.In.ReadLine(); line != null; line = Console.In.ReadLine())
        {
            string[] parts = line.Split(' ');
            OrderedDictionary cloud = new OrderedDictionary();
            cloud["name"] = "Global_";
            cloud["scope"] = "global";
            cloud["state"] = parts[1];
            seeds.Work(new object[] { cloud }, TimeSpan.FromSeconds(int.Parse(parts[0], CultureInfo.InvariantCulture)));
            Console.Out.WriteLine("done " + line);
        }
        return 0;
    }

    private static ManualResetEvent EndOfInput()
    {
        ManualResetEvent ended = new ManualResetEvent(false);
        Thread reader = new Thread(delegate()
        {
            while (Console.In.Read() >= 0)
            {
            }
            ended.Set();
        });
        reader.IsBackground = true;
        reader.Start();
        return ended;
    }

    private static int Decide()
    {
        for (string line = Console.In.ReadLine(); line != null; line = Console.In.ReadLine())
        {
            Console.Out.WriteLine(PeerJson.Write(Answer((IDictionary)PeerJson.Read(line))));
        }
        return 0;
    }

    private static object Answer(IDictionary question)
    {
        switch ((string)question["decide"])
        {
            case "delay":
                return (int)PresencePolicy.Delay((int)(long)question["failures"]).TotalSeconds;
            case "synchronizationDelay":
                return (int)PresencePolicy.SynchronizationDelay((int)(long)question["attempts"]).TotalSeconds;
            case "halfOver":
                return PresencePolicy.IsHalfOver(Time(question["from"]), Time(question["until"]), Time(question["now"]));
            case "renewedUntil":
                DateTime? until = PresencePolicy.RenewedUntil(
                    Time(question["until"]), TimeSpan.FromSeconds((long)question["lifetime"]), Time(question["issuerUntil"]), Time(question["now"]));
                return until.HasValue ? until.Value.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) : null;
            case "needsAddresses":
                return PresencePolicy.NeedsAddresses(
                    (bool)question["connected"], (bool)question["failed"], TimeSpan.FromSeconds((long)question["since"]), TimeSpan.FromSeconds(30));
            case "state":
                return PresencePolicy.StateOf((string)question["code"]);
            case "verdict":
                return PeerConnections.VerdictOf((SocketError)(int)(long)question["error"]);
            case "difference":
                NameDifference difference = PresencePolicy.Difference(Names(question["held"]), Names(question["wanted"]));
                OrderedDictionary answer = new OrderedDictionary();
                answer["added"] = Services(difference.Added);
                answer["updated"] = Services(difference.Updated);
                answer["removed"] = Services(difference.Removed);
                return answer;
            default:
                throw new ArgumentException((string)question["decide"]);
        }
    }

    private static DateTime Time(object text)
    {
        return DateTime.Parse((string)text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
    }

    private static List<PresenceName> Names(object state)
    {
        OrderedDictionary document = new OrderedDictionary();
        document["names"] = state;
        document["groups"] = new object[0];
        return PresenceState.Parse(PeerJson.Write(document)).Names;
    }

    private static string[] Services(List<PresenceName> names)
    {
        return names.ConvertAll(name => name.Service).ToArray();
    }
}

// Driver of the decisions that PowerShell leaves to C#: one line of JSON in, one out.

using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.Specialized;
using PeerLab;

/// <summary>FirewallDecision, PresenceFile and PresenceReport by lines on the standard streams.</summary>
public static class DecisionDriver
{
    public static int Run()
    {
        string line;
        while ((line = Console.In.ReadLine()) != null)
        {
            IDictionary question = (IDictionary)PeerJson.Read(line);
            Console.Out.WriteLine(PeerJson.Write(question.Contains("xml") ? Events(question) : question.Contains("port") ? Firewall(question) : question.Contains("facts") ? Settled(question) : Presence(question)));
        }
        return 0;
    }

    private static object Firewall(IDictionary question)
    {
        List<FirewallRuleFacts> rules = new List<FirewallRuleFacts>();
        foreach (IDictionary rule in (object[])question["rules"])
        {
            rules.Add(new FirewallRuleFacts
            {
                Name = (string)rule["name"],
                Action = (string)rule["action"],
                Profile = (string)rule["profile"],
                Protocol = (string)rule["protocol"],
                LocalPorts = Texts(rule["localPorts"]),
                RemoteAddresses = Texts(rule["remoteAddresses"]),
                Program = (string)rule["program"],
                Service = (string)rule["service"],
                Restricted = (bool)rule["restricted"],
            });
        }
        return FirewallDecision.Decide(
            (int)(long)question["port"], (string)question["program"], rules.ToArray(), Texts(question["profiles"]), Texts(question["closed"]), Texts(question["open"]), Texts(question["off"]));
    }

    private static object Events(IDictionary question)
    {
        EventText read = EventText.Read((string)question["xml"], Texts(question["words"]), (int)(long)question["events"], (int)(long)question["characters"]);
        OrderedDictionary answer = new OrderedDictionary();
        answer["text"] = read.Text;
        answer["count"] = (long)read.Count;
        answer["cut"] = read.Cut;
        return answer;
    }

    private static object Presence(IDictionary question)
    {
        IDictionary wanted = (IDictionary)question["wanted"];
        string before = (string)question["before"];
        OrderedDictionary answer = new OrderedDictionary();
        answer["text"] = PresenceFile.Text(wanted);
        answer["changed"] = PresenceFile.Phrases(before, wanted, false);
        answer["drift"] = PresenceFile.Phrases(before, wanted, true);
        answer["added"] = PresenceFile.Added(before, wanted);
        answer["left"] = PresenceFile.WithoutUnwantedGroups(before, wanted);
        answer["empty"] = PresenceFile.IsEmpty(wanted);
        answer["held"] = PresenceFile.IsHeld(PresenceFile.Text(wanted), (string)question["state"]);
        return answer;
    }

    private static object Settled(IDictionary question)
    {
        return PresenceReport.IsSettled((IDictionary)question["facts"], PresenceState.Parse(PeerJson.Write(question["wanted"])));
    }

    private static string[] Texts(object list)
    {
        return Array.ConvertAll((object[])list, item => (string)item);
    }
}

// Runs one action of the C# part of the Windows side, as peerlab.ps1 does: one request on standard input, one line back.
//
// With arguments it does what HolderDriver.cs says.
//
// In:  {"action": ..., "request": {...}, "directory": <guest folder>, "applicationData": <folder>, "openedIn": "session"}
// Out: {"report": {...}} or {"failure": {code, hresult?, message, hint}}; the exit code is 0 for both.

using System;
using System.Collections;
using System.Collections.Specialized;
using PeerLab;

internal static class Driver
{
    private static int Main(string[] arguments)
    {
        if (arguments.Length > 0 && arguments[0] == "decisions")
        {
            return DecisionDriver.Run();
        }
        if (arguments.Length > 0)
        {
            return HolderDriver.Run(arguments);
        }
        IDictionary input = (IDictionary)PeerJson.Read(Console.In.ReadToEnd());
        OrderedDictionary output = new OrderedDictionary();
        try
        {
            output["report"] = Run((string)input["action"], (IDictionary)input["request"], Context(input));
        }
        catch (Exception exception)
        {
            output["failure"] = Failure(exception);
        }
        Console.Out.WriteLine(PeerJson.Write(output));
        return 0;
    }

    private static ActionContext Context(IDictionary input)
    {
        ActionContext context = new ActionContext();
        context.Directory = (string)input["directory"];
        context.ApplicationData = (string)input["applicationData"];
        context.OpenedIn = (string)input["openedIn"];
        return context;
    }

    private static OrderedDictionary Run(string action, IDictionary request, ActionContext context)
    {
        PeerActions.CheckRequest(action, request);
        if (action != "Set-PeerMachine" && action != "Test-PeerMachine")
        {
            return PeerActions.Run(action, request, context);
        }
        OrderedDictionary clock = new OrderedDictionary();
        PeerClock.Compare(request, clock);
        OrderedDictionary report = PeerActions.ApplyState(request, context, action == "Test-PeerMachine");
        foreach (DictionaryEntry field in clock)
        {
            report[field.Key] = field.Value;
        }
        // What waits for a reboot is networking's, which is PowerShell's.
        report["pending"] = new string[0];
        return report;
    }

    // ConvertTo-GuestFailure of PeerCommon.ps1.
    private static OrderedDictionary Failure(Exception exception)
    {
        OrderedDictionary failure = new OrderedDictionary();
        if (PeerFailure.CodeOf(exception) == null)
        {
            Console.Error.WriteLine(exception);
            failure["code"] = "Unexpected";
            failure["message"] = exception.GetType().Name + ": " + exception.Message;
            failure["hint"] = string.Empty;
            return failure;
        }
        failure["code"] = exception.Data["PeerLab.Code"];
        if (exception.Data.Contains("PeerLab.HResult"))
        {
            failure["hresult"] = exception.Data["PeerLab.HResult"];
        }
        failure["message"] = exception.Data["PeerLab.Message"];
        failure["hint"] = exception.Data["PeerLab.Hint"];
        return failure;
    }
}

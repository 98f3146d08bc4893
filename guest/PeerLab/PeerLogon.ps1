# Running an action where the lab user's keys can be opened: in this session, else in a one-shot task under the password.
# Only definitions: this file is dot-sourced by PeerLab.psm1, which has compiled the C# files.

# Where the keys are opened: 'session' or 'task'. Set by the entry.
$script:OpenedIn = 'session'

function Get-FailureCode {
    <#
    .SYNOPSIS
    The stable code inside an error record, or Unexpected.
    #>
    param([Parameter(Mandatory = $true)][System.Management.Automation.ErrorRecord]$ErrorRecord)
    return [string](ConvertTo-GuestFailure -ErrorRecord $ErrorRecord)['code']
}

function New-UserPipe {
    <#
    .SYNOPSIS
    A named pipe that only the current user may open. Requests carry secrets, so they are not put into a file.
    #>
    param([Parameter(Mandatory = $true)][string]$Name)
    $user = (Get-CurrentAccount).Sid
    $security = New-Object -TypeName System.IO.Pipes.PipeSecurity
    $security.AddAccessRule((New-Object -TypeName System.IO.Pipes.PipeAccessRule -ArgumentList $user, ([System.IO.Pipes.PipeAccessRights]::FullControl), ([System.Security.AccessControl.AccessControlType]::Allow)))
    $arguments = @(
        $Name, [System.IO.Pipes.PipeDirection]::InOut, 1, [System.IO.Pipes.PipeTransmissionMode]::Byte,
        [System.IO.Pipes.PipeOptions]::Asynchronous, 65536, 65536, $security
    )
    # The constructor with security exists in the .NET Framework alone; PowerShell 7 has a class for it.
    if ($PSVersionTable.PSVersion.Major -ge 6) {
        return [System.IO.Pipes.NamedPipeServerStreamAcl]::Create($Name, $arguments[1], 1, $arguments[3], $arguments[4], 65536, 65536, $security)
    }
    return New-Object -TypeName System.IO.Pipes.NamedPipeServerStream -ArgumentList $arguments
}

function Register-OneShotTask {
    <#
    .SYNOPSIS
    Registers and starts a task of the current user under a password logon, which loads the profile and opens the user's
    keys.
    .DESCRIPTION
    Through the API: a password on the command line of schtasks would be readable by every process. The task holds the
    password, so it does not outlive a failed start, and the scheduler deletes it where nobody else can any more.
    #>
    param(
        [Parameter(Mandatory = $true)][object]$Folder,
        [Parameter(Mandatory = $true)][string]$Name,
        [Parameter(Mandatory = $true)][string]$Arguments,
        [Parameter(Mandatory = $true)][string]$UserPassword
    )
    $definition = New-TaskDefinition -Description 'One run of a PeerLab action; deleted when it ends.' -Arguments $Arguments
    Set-TaskExpiry -Definition $definition -Seconds 2400
    $definition.Settings.ExecutionTimeLimit = 'PT30M'
    $definition.Principal.RunLevel = 1 # TASK_RUNLEVEL_HIGHEST
    $task = $Folder.RegisterTaskDefinition($Name, $definition, 2, (Get-CurrentAccount).Name, $UserPassword, 1) # TASK_CREATE, TASK_LOGON_PASSWORD
    try {
        $null = $task.Run($null)
    }
    catch {
        $Folder.DeleteTask($Name, 0)
        throw
    }
}

function Invoke-AsLabUser {
    <#
    .SYNOPSIS
    Runs an action in a one-shot task under the user's password and returns its answer.
    .DESCRIPTION
    Request and answer pass over a named pipe as one line each. Fails with the action's own failure, with
    PEER_E_NO_KEY_ACCESS where the task cannot be registered, with TimedOut where nothing answers.
    #>
    param(
        [Parameter(Mandatory = $true)][string]$Action,
        [Parameter(Mandatory = $true)][object]$Request,
        [Parameter(Mandatory = $true)][string]$UserPassword
    )
    $name = 'PeerLab-' + [guid]::NewGuid().ToString('N')
    $arguments = '-NoProfile -NonInteractive -ExecutionPolicy Bypass -File "{0}/peerlab.ps1" {1} -Pipe {2}' -f $script:GuestDirectory, $Action, $name
    $folder = Get-TaskFolder
    $pipe = New-UserPipe -Name $name
    $registered = $false
    try {
        try {
            Register-OneShotTask -Folder $folder -Name $name -Arguments $arguments -UserPassword $UserPassword
            $registered = $true
        }
        catch {
            # The text of the error is the scheduler's and localised; its number says all.
            $code = Get-HResultText -ErrorRecord $_
            throw (New-PeerFailure -Code 'PEER_E_NO_KEY_ACCESS' -HResult $code -Message ('No task could be run under the user''s password: the scheduler answered {0}.' -f $code) -Hint 'Check userPassword, the right to log on as a batch job, and the policy that forbids stored passwords (0x80070520).')
        }
        $connected = $pipe.BeginWaitForConnection($null, $null)
        if (-not $connected.AsyncWaitHandle.WaitOne(120000)) {
            throw (New-PeerFailure -Code 'TimedOut' -Message 'The task under the user''s password did not start within 2 minutes.' -Hint 'Read the history of the task scheduler on the machine.')
        }
        $pipe.EndWaitForConnection($connected)
        $writer = New-Object -TypeName System.IO.StreamWriter -ArgumentList $pipe
        $writer.WriteLine((ConvertTo-AsciiJson -Value $Request))
        $writer.Flush()
        $reader = New-Object -TypeName System.IO.StreamReader -ArgumentList $pipe
        $line = $reader.ReadLine()
    }
    finally {
        $pipe.Dispose()
        if ($registered) {
            $folder.DeleteTask($name, 0)
        }
    }
    if ([string]::IsNullOrEmpty($line)) {
        throw (New-PeerFailure -Code 'TimedOut' -Message 'The task under the user''s password ended without an answer.' -Hint 'Read the history of the task scheduler on the machine.')
    }
    $answer = ConvertFrom-JsonText -Text $line
    $failure = Get-Field -Object $answer -Name 'failure'
    if ($null -ne $failure) {
        throw (New-PeerFailure -Code $failure['code'] -Message $failure['message'] -Hint $failure['hint'] -HResult ([string](Get-Field -Object $failure -Name 'hresult')))
    }
    return $answer['report']
}

function Invoke-WithUserKey {
    <#
    .SYNOPSIS
    Runs the body here; where this logon cannot open keys, runs the action in a task under the password of the request.
    #>
    param(
        [Parameter(Mandatory = $true)][string]$Action,
        [Parameter(Mandatory = $true)][object]$Request,
        [Parameter(Mandatory = $true)][scriptblock]$Body
    )
    try {
        return (& $Body)
    }
    catch {
        # Not named like a variable of a caller: the body sees the variables of this function first.
        $logonPassword = Get-Field -Object $Request -Name 'userPassword'
        if ($script:OpenedIn -eq 'task' -or -not $logonPassword -or -not [PeerLab.PeerCodes]::MeansNoKeyAccess((Get-FailureCode -ErrorRecord $_))) {
            throw
        }
    }
    $inner = [ordered]@{}
    foreach ($name in $Request.Keys) {
        # Networking and the proof are done by now, presence and listeners are the session's affair, and the task needs no password.
        if (@('userPassword', 'networking', 'presence', 'listen', 'proveCapability') -cnotcontains $name) {
            $inner[$name] = $Request[$name]
        }
    }
    return Invoke-AsLabUser -Action $Action -Request $inner -UserPassword $logonPassword
}

# Tasks of the scheduler, through its COM interface: the cmdlets of ScheduledTasks know neither a password that is no
# argument nor every setting.
# Only definitions: this file is dot-sourced by PeerLab.psm1.

$script:TaskNotFound = @(-2147024894, -2147024893) # ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND

function Get-HResultText {
    <#
    .SYNOPSIS
    The number of the innermost error: 0x and eight hex digits. The texts of the scheduler are localised.
    #>
    param([Parameter(Mandatory = $true)][System.Management.Automation.ErrorRecord]$ErrorRecord)
    return ('0x{0:X8}' -f $ErrorRecord.Exception.GetBaseException().HResult)
}

function Get-TaskService {
    <#
    .SYNOPSIS
    The connected scheduler (ITaskService).
    #>
    param()
    $service = New-Object -ComObject 'Schedule.Service'
    $service.Connect()
    return $service
}

function Get-TaskFolder {
    <#
    .SYNOPSIS
    The scheduler's root folder (ITaskFolder), which holds the tasks of ours.
    #>
    param()
    return (Get-TaskService).GetFolder('\')
}

function Find-PeerTask {
    <#
    .SYNOPSIS
    A registered task (IRegisteredTask), or null where there is none of that name.
    #>
    param([Parameter(Mandatory = $true)][string]$Name)
    try {
        return (Get-TaskFolder).GetTask($Name)
    }
    catch {
        if ($script:TaskNotFound -notcontains $_.Exception.GetBaseException().HResult) {
            throw
        }
        return $null
    }
}

function New-TaskDefinition {
    <#
    .SYNOPSIS
    A task (ITaskDefinition) that runs PowerShell with the given arguments, whatever the power supply; without triggers.
    .PARAMETER Arguments
    The rest of the command line, readable by every process: never a secret.
    #>
    param([Parameter(Mandatory = $true)][string]$Description, [Parameter(Mandatory = $true)][string]$Arguments)
    $definition = (Get-TaskService).NewTask(0)
    $definition.RegistrationInfo.Author = 'PeerLab'
    $definition.RegistrationInfo.Description = $Description
    $definition.Settings.Enabled = $true
    $definition.Settings.AllowDemandStart = $true
    $definition.Settings.AllowHardTerminate = $true
    $definition.Settings.DisallowStartIfOnBatteries = $false
    $definition.Settings.StopIfGoingOnBatteries = $false
    $definition.Settings.RunOnlyIfIdle = $false
    $definition.Settings.IdleSettings.StopOnIdleEnd = $false
    $definition.Settings.IdleSettings.RestartOnIdle = $false
    $definition.Settings.RunOnlyIfNetworkAvailable = $false
    $action = $definition.Actions.Create(0) # TASK_ACTION_EXEC
    $action.Path = Get-ShellPath
    $action.Arguments = $Arguments
    return $definition
}

function Set-TaskExpiry {
    <#
    .SYNOPSIS
    Lets the scheduler delete the task by itself after a time.
    .DESCRIPTION
    A task expires by the end of its triggers: this one has a trigger whose only time lies in the past, so it starts on
    demand alone.
    #>
    param([Parameter(Mandatory = $true)][object]$Definition, [Parameter(Mandatory = $true)][int]$Seconds)
    $trigger = $Definition.Triggers.Create(1) # TASK_TRIGGER_TIME
    $trigger.StartBoundary = '2020-01-01T00:00:00Z'
    $trigger.EndBoundary = ConvertTo-UtcText -Time ([DateTime]::UtcNow.AddSeconds($Seconds))
    $Definition.Settings.StartWhenAvailable = $false
    $Definition.Settings.DeleteExpiredTaskAfter = 'PT0S'
}

function Register-SystemTask {
    <#
    .SYNOPSIS
    Registers a task that runs as LocalSystem, in place of one of the same name; returns it (IRegisteredTask).
    #>
    param([Parameter(Mandatory = $true)][string]$Name, [Parameter(Mandatory = $true)][object]$Definition)
    $Definition.Principal.RunLevel = 1 # TASK_RUNLEVEL_HIGHEST
    # TASK_CREATE_OR_UPDATE, TASK_LOGON_SERVICE_ACCOUNT
    return (Get-TaskFolder).RegisterTaskDefinition($Name, $Definition, 6, 'S-1-5-18', $null, 5)
}

function Stop-PeerTask {
    <#
    .SYNOPSIS
    Ends a task's run, where there is one, and waits until it has ended, at most half a minute.
    #>
    param([Parameter(Mandatory = $true)][object]$Task)
    $Task.Stop(0)
    $end = [DateTime]::UtcNow.AddSeconds(30)
    while (4 -eq $Task.State) { # TASK_STATE_RUNNING
        if ([DateTime]::UtcNow -gt $end) {
            throw (New-PeerFailure -Code 'TimedOut' -Message ('The task {0} did not end within 30 seconds.' -f $Task.Name) -Hint 'Read the history of the task scheduler on the machine.')
        }
        Start-Sleep -Milliseconds 250
    }
}

function Remove-PeerTask {
    <#
    .SYNOPSIS
    Ends and deletes a task; says whether there was one.
    #>
    param([Parameter(Mandatory = $true)][string]$Name)
    $task = Find-PeerTask -Name $Name
    if ($null -eq $task) {
        return $false
    }
    Stop-PeerTask -Task $task
    (Get-TaskFolder).DeleteTask($Name, 0)
    return $true
}

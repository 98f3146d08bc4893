# Restarting the machine for a change that waits for it, and knowing that it has restarted.
# Only definitions: this file is dot-sourced by PeerLab.psm1, which has compiled the C# files.

$script:BootNote = $script:GuestDirectory + '/work/boot.json'
$script:BootTask = 'PeerLab-Boot'
$script:SshPort = 22
# ERROR_SHUTDOWN_IN_PROGRESS, ERROR_SHUTDOWN_IS_SCHEDULED: somebody was faster, which is as good.
$script:ShutdownAccepted = @(0, 1115, 1190)

function Get-BootTime {
    <#
    .SYNOPSIS
    When Windows was started, in the form of the contract.
    #>
    param()
    return ConvertTo-UtcText -Time (Get-CimInstance -ClassName Win32_OperatingSystem -ErrorAction Stop).LastBootUpTime
}

function Get-SshRuleName {
    <#
    .SYNOPSIS
    The names of our firewall rules for TCP 22, those that a restart which is under way has closed included.
    #>
    param()
    foreach ($rule in @(Get-NetFirewallRule -Name ($script:FirewallRulePrefix + '*') -ErrorAction SilentlyContinue)) {
        $filter = $rule | Get-NetFirewallPortFilter -ErrorAction Stop
        if ('TCP' -eq [string]$filter.Protocol -and [string]$script:SshPort -eq [string]$filter.LocalPort) {
            [string]$rule.Name
        }
    }
}

function Register-BootTask {
    <#
    .SYNOPSIS
    Registers the task of LocalSystem that closes our rules for TCP 22 when it is run, and opens them again when Windows has
    started; returns it.
    .DESCRIPTION
    The session cannot close them itself: the firewall cuts a connection whose rule is gone, and with it the answer.
    #>
    param([Parameter(Mandatory = $true)][AllowEmptyCollection()][string[]]$Rule)
    $arguments = '-NoProfile -NonInteractive -ExecutionPolicy Bypass -File "{0}/PeerBoot.ps1" -Rules "{1}"' -f $script:GuestDirectory, ($Rule -join ',')
    $definition = New-TaskDefinition -Description 'PeerLab: opens TCP 22 again after a restart.' -Arguments $arguments
    $definition.Settings.ExecutionTimeLimit = 'PT15M'
    $boot = $definition.Triggers.Create(8) # TASK_TRIGGER_BOOT
    $boot.Enabled = $true
    return Register-SystemTask -Name $script:BootTask -Definition $definition
}

function Undo-Restart {
    <#
    .SYNOPSIS
    Takes back what was prepared for a restart that does not come.
    #>
    param([Parameter(Mandatory = $true)][AllowEmptyCollection()][string[]]$Rule)
    $null = Remove-PeerTask -Name $script:BootTask
    if ($Rule.Count -gt 0) {
        Enable-NetFirewallRule -Name $Rule -ErrorAction SilentlyContinue
    }
    Clear-VolatileMark -Name 'RestartRequested'
    Remove-Item -LiteralPath $script:BootNote -Force -ErrorAction SilentlyContinue
}

function Invoke-Shutdown {
    <#
    .SYNOPSIS
    Asks Windows to restart in five seconds; the exit code of shutdown.exe.
    #>
    param()
    $program = Join-Path -Path $env:windir -ChildPath 'System32\shutdown.exe'
    $null = & $program /r /t 5 /d p:2:4
    return $LASTEXITCODE
}

function Restart-PeerMachine {
    <#
    .SYNOPSIS
    Restarts Windows where a change of ours waits for it, and does nothing otherwise. The answer comes before the restart.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    $null = [PeerLab.PeerActions]::CheckRequest('Restart-PeerMachine', $Request)
    $bootTime = Get-BootTime
    $pending = Test-RebootPending
    if ($pending) {
        $rules = [string[]]@(Get-SshRuleName)
        $null = [PeerLab.PeerFiles]::Replace($script:BootNote, (ConvertTo-AsciiJson -Value ([ordered]@{ bootTime = $bootTime })))
        try {
            Set-VolatileMark -Name 'RestartRequested'
            $null = (Register-BootTask -Rule $rules).Run($null)
            $code = Invoke-Shutdown
            if ($script:ShutdownAccepted -notcontains $code) {
                throw (New-PeerFailure -Code 'RebootNotDone' -Message ('Windows refused to restart: shutdown.exe ended with {0}.' -f $code) -Hint 'Restart the machine by hand, for instance with az vm restart.')
            }
        }
        catch {
            Undo-Restart -Rule $rules
            throw
        }
    }
    return New-Report -Action 'Restart-PeerMachine' -Field ([ordered]@{ restarting = $pending; bootTime = $bootTime })
}

function Confirm-PeerBoot {
    <#
    .SYNOPSIS
    Fails with RebootNotDone while Windows has not restarted since Restart-PeerMachine; says whether a restart was waited for.
    .DESCRIPTION
    Two signs have to agree: the boot time, which a correction of the clock shifts, and a registry key that a restart ends.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    $null = [PeerLab.PeerActions]::CheckRequest('Confirm-PeerBoot', $Request)
    $bootTime = Get-BootTime
    $noted = Get-Field -Object (ConvertFrom-JsonText -Text ([PeerLab.PresenceFile]::ReadShared($script:BootNote))) -Name 'bootTime'
    if ($null -ne $noted) {
        if ((Test-VolatileMark -Name 'RestartRequested') -or $noted -ceq $bootTime) {
            throw (New-PeerFailure -Code 'RebootNotDone' -Message ('Windows has not restarted yet: it runs since {0}.' -f $bootTime) -Hint 'Wait and ask again; after ten minutes restart the machine by hand, for instance with az vm restart.')
        }
        Remove-Item -LiteralPath $script:BootNote -Force
    }
    return New-Report -Action 'Confirm-PeerBoot' -Field ([ordered]@{
            restarted = ($null -ne $noted)
            bootTime  = $bootTime
            pending   = [string[]]@(Get-PendingChange)
        })
}
